import {argilla} from "./argilla.ts";
import {chaosnli} from "./chaosnli.ts";
import {doccano} from "./doccano.ts";
import type {ExportFormat} from "./format.ts";
import {hatexplain} from "./hatexplain.ts";
import {labelStudio} from "./label-studio.ts";
import {lewidi} from "./lewidi.ts";
import {prodigy} from "./prodigy.ts";

/** What other tools and data sets write: a new one is one file and one line here. */
export const exportFormats = {
  prodigy,
  doccano,
  argilla,
  "label-studio": labelStudio,
  chaosnli,
  hatexplain,
  lewidi,
} as const satisfies Record<string, ExportFormat>;

/** By name, in the order of the registry. */
export const exportFormatMap: ReadonlyMap<string, ExportFormat> = new Map(Object.entries(exportFormats));
