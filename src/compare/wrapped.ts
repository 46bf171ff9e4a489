/** Lines of at most so many characters, broken at spaces where there are some; no line for no text. */
export function wrapped(text: string, width: number): string[] {
  if (text === "") return [];
  return text.split("\n").flatMap(paragraph => {
    const lines = [""];
    for (const word of paragraph.split(" ")) {
      let rest = word;
      const last = lines[lines.length - 1] ?? "";
      if (last !== "" && last.length + 1 + rest.length <= width) {
        lines[lines.length - 1] = `${last} ${rest}`;
        continue;
      }
      if (last !== "") lines.push("");
      for (; rest.length > width; rest = rest.slice(width)) lines.splice(lines.length - 1, 0, rest.slice(0, width));
      lines[lines.length - 1] = rest;
    }
    return lines;
  });
}
