# For test scripts, after check.sh: pages in a headless browser. Without one the script ends with 77 (skipped).
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)

# page_opens <file.html>: the browser takes it without a complaint; what it made of it is in $output.
page_opens() {
  local flags=(--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$work/browser" --timeout=10000 --enable-logging=stderr)
  output=$("$browser" "${flags[@]}" --dump-dom "file://$1" 2>"$work/browser.log") || fail "the browser did not open $1" "$(tail -n 5 "$work/browser.log")"
  ! grep -q 'CONSOLE' "$work/browser.log" || fail "the browser complains about $1" "$(grep CONSOLE "$work/browser.log" | head -n 5)"
  [[ $output == *"</html>"* ]] || fail "$1 is no page" "${output:0:300}"
}

# picture_of <file.html> <file.png> <height>: a screenshot.
picture_of() {
  "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --user-data-dir="$work/browser" --timeout=10000 \
    --window-size="1120,$3" --screenshot="$2" "file://$1" >/dev/null 2>&1
  [[ -s $2 ]] || fail "no picture of $1"
}
