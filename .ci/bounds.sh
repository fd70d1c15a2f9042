#!/bin/sh
# Tests ebtop with the oldest or with the newest versions of what it depends on, in an environment of its own.
#   bounds.sh lowest PYTHON [ARGUMENT ...]    the lower bounds in pyproject.toml, as they stand
#   bounds.sh newest PYTHON [ARGUMENT ...]    the newest that these bounds allow
# ARGUMENTs go to pytest. Pictures of the screen are left out: the libraries that draw it change them in every release.
set -eu
what=$1
python=$2
shift 2
env=build/$what

bounds() {
    [ "$what" = newest ] || "$python" -c '
import tomllib
print(*(bound.replace(">=", "==") for bound in tomllib.load(open("pyproject.toml", "rb"))["project"]["dependencies"]))'
}

rm -rf "$env"
"$python" -m venv --system-site-packages "$env"
# shellcheck disable=SC2046
"$env/bin/python" -m pip --quiet --disable-pip-version-check install --upgrade --upgrade-strategy eager \
    --editable '.[dev]' $(bounds)
"$env/bin/python" -m pip freeze --local | grep -iE '^(textual|rich|psutil|msgspec|platformdirs)=='
exec "$env/bin/pytest" --part together --numprocesses logical --dist loadgroup --ignore tests/tui/test_pictures.py "$@"
