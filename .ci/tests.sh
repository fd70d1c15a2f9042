#!/bin/sh
# Runs pytest in two parts: tests that may run beside each other, then those that want the machine for themselves.
#   tests.sh PYTEST [ARGUMENT ...]    fails where a part fails, or where neither has a test to run
set -u
pytest=$1
shift

# A processor each and no more of them: some wait for what they have started until it is quiet for a while.
"$pytest" --part together --numprocesses logical --dist loadgroup "$@"
together=$?
case $together in 0 | 1 | 5) ;; *) exit $together ;; esac
"$pytest" --part alone "$@"
alone=$?

# 5 is pytest's code where no test was chosen: ARGUMENTs may name tests of one part only.
[ $together = 1 ] && echo "tests failed in the first part, above: those that run beside each other" >&2
case $together,$alone in
    0,5 | 5,0) exit 0 ;;
    1,*) exit 1 ;;
    *) exit $alone ;;
esac
