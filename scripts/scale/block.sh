# Prints the first code block under a heading of docs/scale.md, so that what is run is what the page shows.
# usage: source block.sh; block HEADING
block() {
  awk -v heading="## $1" '
    $0 == heading {found = 1; next}
    found && /^## / {exit}
    found && /^```/ {if (inside) exit; inside = 1; next}
    inside {print}
  ' "$root/docs/scale.md"
}
