"""What ebtop says in words about what it sees: pure rules over snapshots, whether live or recorded."""
