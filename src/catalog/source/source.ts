import type {ModelSource} from "../../records/catalog.ts";
import type {Statfs} from "../disk-space.ts";
import type {PartialFile} from "../partial.ts";

/** What a source is given: where to put the bytes, what is known of them, and the outside. */
export interface FetchContext {
  readonly file: PartialFile;
  /** A folder of this pull alone, for whatever must be unpacked; removed afterwards. */
  readonly scratch: string;
  readonly expected: {readonly sha256?: string; readonly sizeBytes?: number};
  /** What may arrive or unpack at most, in bytes, where a limit is set. */
  readonly limitBytes?: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress: (doneBytes: number, totalBytes?: number) => void;
  readonly statfs?: Statfs;
  readonly retryDelaysMs?: readonly number[];
  readonly stallMs?: number;
}

/** What a source delivered into `file`. */
export interface Fetched {
  /** The SHA-256 that the source itself names, where it does. */
  readonly sha256?: string;
  /** For the record beside the file: where exactly the bytes came from. */
  readonly origin: string;
  /** Whether a part was left over from an earlier run: a mismatch is then worth one attempt from the beginning. */
  readonly resumed: boolean;
  /** The commit that the file belongs to, where the source names it: further files are of the same. */
  readonly revision?: string;
}

/** Brings the bytes of one kind of source. */
export type Fetcher<Kind extends ModelSource["kind"]> = (
  source: Extract<ModelSource, {kind: Kind}>,
  context: FetchContext,
) => Promise<Fetched>;
