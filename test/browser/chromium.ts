import {existsSync} from "node:fs";
import {type Browser, chromium} from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];

/** A Chromium that is there already: `CHROMIUM`, or where systems put one. */
export const chromiumPath = [process.env.CHROMIUM ?? "", ...PLACES].find(path => path !== "" && existsSync(path));

/** Why the tests of this folder are skipped, for the reporter; undefined where they run. */
export const skipReason =
  chromiumPath === undefined
    ? "no Chromium found: install one (apt-get install chromium) or name it: CHROMIUM=/path npm run test:browser"
    : undefined;

export async function launch(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error(skipReason);
  // A container's root cannot use the sandbox; the pages are our own.
  return await chromium.launch({executablePath: chromiumPath, args: ["--no-sandbox"]});
}
