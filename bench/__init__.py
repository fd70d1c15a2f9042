"""What ebtop costs, beside its peers: `python -m bench` as root, or `python -m bench open-flood` for one of them."""
