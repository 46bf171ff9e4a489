import {binary} from "./binary.ts";
import type {CaptureKind, CaptureName} from "./capture-kind.ts";
import {greedy} from "./greedy.ts";
import {hidden} from "./hidden.ts";
import {tree} from "./tree.ts";
import {unary} from "./unary.ts";

/** Every kind of capture, in the order in which a run makes them. */
export const captureKinds = {greedy, tree, unary, binary, hidden} as const satisfies Readonly<
  Record<CaptureName, CaptureKind>
>;

export const captureNames: readonly CaptureName[] = ["greedy", "tree", "unary", "binary", "hidden"];
