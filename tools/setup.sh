#!/bin/sh
# Installs what pip cannot, where it may, and says what is missing where it may not.
#   setup.sh venv    a virtual environment in .venv (needs Python 3.11 or newer)
#   setup.sh pango   the libraries that draw the PDF
#   setup.sh azurite the emulator of Azure Blob Storage that tests use, in .venv/azurite (needs npm)
#   setup.sh browser the browser in which report.html is tested
#   setup.sh look    the programs that turn reports into pictures
#   setup.sh conformance   what runs veraPDF's validator
set -eu
PYTHON=${PYTHON:-python3}

apt_install() {
  if command -v apt-get > /dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null
  else
    echo "missing system packages; on Debian or Ubuntu: sudo apt-get install $*" >&2
    return 1
  fi
}

has_browser() {
  command -v chromium > /dev/null || command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null
}

case "$1" in
  venv)
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
      echo "Python 3.11 or newer is needed; name it with make PYTHON=python3.12" >&2; exit 1; }
    "$PYTHON" -c 'import ensurepip, venv' 2> /dev/null || apt_install python3-venv
    [ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
    ;;
  pango)
    "$PYTHON" -c 'import weasyprint' 2> /dev/null \
      || apt_install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
      || echo "Going on without: everything but report.pdf will be made." >&2
    ;;
  azurite)
    if [ -x .venv/azurite/node_modules/.bin/azurite-blob ]; then exit 0; fi
    command -v npm > /dev/null || { echo "Going on without npm: tests against Azurite will be skipped." >&2; exit 0; }
    npm install --no-audit --no-fund --loglevel=error --prefix .venv/azurite azurite@^3.35 > /dev/null \
      || echo "Going on without Azurite, which could not be installed: its tests will be skipped." >&2
    ;;
  browser)
    has_browser || apt_install chromium || echo "Going on without: what needs a browser is skipped." >&2
    ;;
  look)
    command -v pdftoppm > /dev/null || apt_install poppler-utils
    has_browser || apt_install chromium
    ;;
  conformance)
    command -v javac > /dev/null || apt_install openjdk-17-jdk-headless
    [ -e /usr/share/java/jaxb-runtime.jar ] || apt_install libjaxb-java
    ;;
esac
