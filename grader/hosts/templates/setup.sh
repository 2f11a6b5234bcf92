#!/usr/bin/env bash
# Gradescope runs this once, when it builds the machine's image: it installs what the grader needs.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
cd "$root"

apt-get update
apt-get install -y --no-install-recommends libseccomp2 python3-venv
python3 -m venv "$root/uv"
"$root/uv/bin/pip" install uv

# Not below /root: a worker has a user of its own, who can't read there.
export UV_PYTHON_INSTALL_DIR=$root/python
mkdir -p "$UV_PYTHON_INSTALL_DIR"
"$root/uv/bin/uv" venv --no-config --python @PYTHON@ "$root/environment"
# Compiled now, as half a core would take long over it for every submission.
"$root/uv/bin/uv" pip install --no-config --python "$root/environment/bin/python" \
    --torch-backend cpu --compile-bytecode --requirement "$root/source/requirements.txt"
"$root/environment/bin/python" -m compileall -q "$root/source/course/grader"
# As run_autograder does with the copy of the course: nothing that grades may be changed.
chmod -R a-w "$root/environment" "$UV_PYTHON_INSTALL_DIR"
