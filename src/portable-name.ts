/**
 * Whether every platform can store a file or folder of this name. Windows keeps some names for devices, whatever their
 * ending and case, and drops dots and spaces at the end, so that two names become one.
 *
 * Source: "Naming Files, Paths, and Namespaces", learn.microsoft.com/windows/win32/fileio/naming-a-file
 */
export function isPortableName(name: string): boolean {
  return (
    !/^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\s*\.|\s*$)/i.test(name) &&
    !/[. ]$/.test(name)
  );
}

/** What is said of a name that is not. */
export const portableNameError =
  "a name that every platform can store: not con, nul, com1 …, no dot or space at the end";
