"""What an answer says, read from its text alone: a list of distinct labels, or the null label alone, that is closed."""
import re

JSON_ELEMENT = re.compile(r'([^"]*)("\s*\]|"\s*,\s*")')


def elements(text, form):
    """Elements in order, whether the list closed, and whether the last one was cut short."""
    found, closed = [], False
    if form == "json":
        at = 0
        while match := JSON_ELEMENT.match(text, at):
            found.append(match[1])
            at = match.end()
            if match[2].endswith("]"):
                closed = True
                break
        rest = text[at:]
        if not closed and rest:
            found.append(rest.split('"')[0])
    else:
        head, _, _ = text.partition("\n")
        closed = "\n" in text
        found = [part.strip() for part in head.split(",")]
    return found, closed


def read(text, form, labels, none):
    found, closed = elements(text, form)
    named, repeat, other, nulls = [], False, False, 0
    for element in found:
        if element == none:
            nulls += 1
        elif element not in labels:
            other = True
        elif element in named:
            repeat = True
        else:
            named.append(element)
    well_formed = closed and not other and not repeat and (not named or nulls == 0) and nulls <= 1 and bool(found)
    return {"labels": named, "well_formed": well_formed, "closed": closed, "other": other, "repeat": repeat,
            "elements": found, "null": nulls > 0}
