# Shared by deploy/run and deploy/test: the virtual environment, made once and kept current. Sourced, not run.

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }

fail() {
    printf '\n%s\n' "$1" >&2
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}

find_python() {
    local candidate
    for candidate in ${QC_PYTHON:-python3.11 python3.12 python3 python}; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

check_disk() {
    local need_mib=$1 have_mib
    have_mib=$(df -Pm "$root" | awk 'NR == 2 {print $4}')
    [ "${have_mib:-0}" -ge "$need_mib" ] ||
        fail "Not enough disk: $root has ${have_mib} MiB free, the set-up needs about ${need_mib} MiB." \
            "Free some space, or clone the project to a larger disk."
    [ -w "$root" ] || fail "Cannot write to $root." "Clone the project to a folder that you own, or change its owner."
}

install_packages() {
    local extras=$1 log=$venv/install.log
    if ! "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off \
        -c "$root/deploy/constraints.txt" -e "$root$extras" >"$log" 2>&1; then
        if grep -qiE 'no space left|errno 28' "$log"; then
            fail "The disk is full; the packages could not be installed." "Free some space and run this command again."
        elif grep -qiE 'connection|resolve|timed out|unreachable|could not find a version' "$log"; then
            fail "The package index did not answer or lacks a package." \
                "Last words: $(grep -iE 'error' "$log" | tail -n 1)" \
                "Check the network or the proxy (pip's own settings apply: PIP_INDEX_URL, PIP_PROXY, pip.conf)," \
                "then run this command again: it goes on where it stopped. Full log: $log"
        fi
        fail "Installing the packages failed." "Last words: $(tail -n 1 "$log")" "Full log: $log"
    fi
}

# prepare EXTRAS: afterwards $venv holds the pinned packages of pyproject.toml[EXTRAS]; quick when nothing changed.
prepare() {
    local extras=$1 need_mib=$2 python want have
    python=$(find_python) || fail "No fitting Python found: version 3.11 or 3.12 is needed." \
        "Found: $(python3 --version 2>&1 || echo 'no python3 at all')." \
        "Install python3.11, or name one: QC_PYTHON=/path/to/python3.11 $0"
    venv=${QC_VENV:-$root/.venv}
    want=$(cat "$root/pyproject.toml" "$root/deploy/constraints.txt" | cksum | cut -d' ' -f1)
    have=$(cat "$venv/.installed$extras" 2>/dev/null || true)
    if [ "$want" = "$have" ] && [ -x "$venv/bin/qc" ]; then
        say "environment is current ($venv)"
        return 0
    fi
    check_disk "$need_mib"
    if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
        say "creating a virtual environment with $("$python" --version)"
        "$python" -m venv --clear "$venv" || fail "The virtual environment could not be created in $venv." \
            "On Debian and Ubuntu the module is a package of its own: apt-get install python3-venv"
    fi
    say "installing pinned packages (the first time: one to three minutes)"
    install_packages "$extras" &
    local job=$! seconds=0
    while kill -0 "$job" 2>/dev/null; do
        sleep 1
        seconds=$((seconds + 1))
        if [ $((seconds % 10)) -eq 0 ]; then
            say "  still installing (${seconds} s): $(grep -oE '^ *(Downloading|Collecting|Installing collected|Building|Processing) *[^ ]*' \
                "$venv/install.log" 2>/dev/null | tail -n 1)"
        fi
    done
    wait "$job" || exit 1
    printf '%s' "$want" >"$venv/.installed$extras"
    say "packages are installed"
}
