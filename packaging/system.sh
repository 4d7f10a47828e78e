#!/usr/bin/env bash
# Sees to the system's own libraries and programs: system.sh GROUP... (python, run, screen, test, browser, package).
#
# Looks for what is missing by name of library or program, so it works on any distribution and takes no time when all is
# there. Installs with apt where it may (root, or sudo without a password); elsewhere it names what is missing and stops.
set -u

# what it provides : Debian package : who needs it
needs_of() {
    case "$1" in
    run) cat <<'EOF'
lib libEGL.so.1             libegl1              the window
lib libGL.so.1              libgl1               the window
lib libfontconfig.so.1      libfontconfig1       the window
lib libglib-2.0.so.0        libglib2.0-0         the window
lib libdbus-1.so.3          libdbus-1-3          the window
lib libxkbcommon-x11.so.0   libxkbcommon-x11-0   the window on X11
lib libxcb-cursor.so.0      libxcb-cursor0       the window on X11
lib libxcb-icccm.so.4       libxcb-icccm4        the window on X11
lib libxcb-image.so.0       libxcb-image0        the window on X11
lib libxcb-keysyms.so.1     libxcb-keysyms1      the window on X11
lib libxcb-randr.so.0       libxcb-randr0        the window on X11
lib libxcb-render-util.so.0 libxcb-render-util0  the window on X11
lib libxcb-shape.so.0       libxcb-shape0        the window on X11
lib libxcb-xkb.so.1         libxcb-xkb1          the window on X11
lib libwayland-client.so.0  libwayland-client0   the window on Wayland
lib libwayland-cursor.so.0  libwayland-cursor0   the window on Wayland
lib libwayland-egl.so.1     libwayland-egl1      the window on Wayland
lib libportaudio.so.2       libportaudio2        sound
alsa pulse                  libasound2-plugins   sound
EOF
        ;;
    screen) cat <<'EOF'
bin Xvfb                    xvfb                 a virtual screen
bin xdotool                 xdotool              pressing keys on it
bin import                  imagemagick          pictures of it
EOF
        ;;
    test) cat <<'EOF'
bin pulseaudio              pulseaudio           virtual sound devices
bin pactl                   pulseaudio-utils     virtual sound devices
EOF
        ;;
    browser) cat <<'EOF'
bin chromium                chromium             official clients that run in a browser
bin node                    nodejs               official clients that run in a browser
bin npm                     npm                  official clients that run in a browser
EOF
        ;;
    package) cat <<'EOF'
bin dpkg-deb                dpkg                 the Debian package
bin objdump                 binutils             finding libraries
bin zstd                    zstd                 the portable archive
EOF
        python_library
        ;;
    esac
}

python_library() { # where the environment's Python is not linked with one that lies beside it
    .venv/bin/python - <<'EOF'
import os, sys, sysconfig
folder, name = sysconfig.get_config_vars("LIBDIR", "INSTSONAME")
if name and name.startswith("libpython") and not os.path.exists(os.path.join(folder, name)):
    print("lib", name, "libpython{}.{}".format(*sys.version_info), "the Python library")
EOF
}

libraries=$( (PATH="$PATH:/sbin:/usr/sbin" ldconfig -p) 2>/dev/null)

is_there() { # KIND NAME
    case "$1" in
    lib) grep -qF "$2 " <<<"$libraries" ;;
    bin) command -v "$2" >/dev/null ;;
    alsa) compgen -G "/usr/lib*/alsa-lib/libasound_module_pcm_$2.so" >/dev/null ||
        compgen -G "/usr/lib*/*/alsa-lib/libasound_module_pcm_$2.so" >/dev/null ;;
    esac
}

missing=()
tell=()
for group in "$@"; do
    if [ "$group" = python ]; then
        if ! bash "$(dirname "$0")/venv.sh" --find >/dev/null 2>&1; then
            missing+=(python3 python3-venv)
            tell+=("  Python 3.11 to 3.13 with its venv module (Debian: python3 python3-venv)")
        fi
        continue
    fi
    while read -r kind name package purpose; do
        if ! is_there "$kind" "$name"; then
            missing+=("$package")
            tell+=("  $name, for $purpose (Debian: $package)")
        fi
    done < <(needs_of "$group")
done
[ ${#missing[@]} -eq 0 ] && exit 0

give_up() {
    {
        printf '%s\n' "$1" "${tell[@]}"
        command -v apt-get >/dev/null && echo "Install it with: sudo apt-get install ${missing[*]}"
        echo "and start the same command again."
    } >&2
    exit 1
}

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || give_up "Missing on this system:"
    as_root=(sudo -n)
fi
command -v apt-get >/dev/null || give_up "Missing on this system:"

echo "Installing system packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{
    "${as_root[@]}" apt-get update &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
} >"$log" 2>&1 </dev/null || {
    tail -n 15 "$log" >&2
    give_up "apt could not install what is missing:"
}
