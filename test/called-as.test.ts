import {describe, expect, test} from "vitest";
import {asCalled, calledAs} from "../src/called-as.ts";

describe("calledAs", () => {
  const cwd = "/home/me/labelscope";
  const env = {};

  test("is the program's name where it was called by it, or from an installed package", () => {
    expect(calledAs({file: "/usr/local/bin/labelscope", cwd, env})).toBe("labelscope");
    expect(calledAs({file: "/usr/lib/node_modules/labelscope/dist/cli.js", cwd, env})).toBe("labelscope");
    expect(calledAs({file: "/x/.bin/labelscope", cwd, env: {npm_command: "exec"}})).toBe("npx labelscope");
  });

  test("is node with the file, from where it was called, in a checkout", () => {
    expect(calledAs({file: "/home/me/labelscope/dist/cli.js", cwd, env})).toBe("node dist/cli.js");
    expect(calledAs({file: "/home/me/labelscope/dist/cli.js", cwd, env: {npm_command: "exec"}})).toBe(
      "node dist/cli.js",
    );
    expect(calledAs({file: "/home/me/labelscope/dist/cli.js", cwd: "/home/me/data", env})).toBe(
      "node ../labelscope/dist/cli.js",
    );
    expect(calledAs({file: "/home/me/my tools/dist/cli.js", cwd: "/home/me", env})).toBe('node "my tools/dist/cli.js"');
  });
});

describe("asCalled", () => {
  const spelled = (text: string) => asCalled(text, "node dist/cli.js", ["run", "models"]);

  test("spells commands to type, wherever they stand in a text", () => {
    expect(spelled("Next: labelscope models pull x\n(labelscope COMMAND --help)")).toBe(
      "Next: node dist/cli.js models pull x\n(node dist/cli.js COMMAND --help)",
    );
    expect(spelled("Usage: labelscope [options] [command]")).toBe("Usage: node dist/cli.js [options] [command]");
  });

  test("leaves the name alone where it is no command", () => {
    for (const text of ["this is a bug in labelscope; please report it", "labelscope running", "mylabelscope run"]) {
      expect(spelled(text)).toBe(text);
    }
  });
});
