import {download} from "../download.ts";
import type {FetchContext, Fetcher} from "./source.ts";

/** A plain address. It names no checksum: the catalogue's or the user's is compared. */
export const fetchUrl: Fetcher<"url"> = async (source, context) => {
  const {resumed} = await download({
    ...downloadOptions(context),
    url: source.url,
    key: `url ${source.url} ${context.expected.sha256 ?? ""}`,
    checksumKnown: context.expected.sha256 !== undefined,
  });
  return {origin: source.url, resumed};
};

/** The part of the download's options that does not depend on the source. */
export function downloadOptions(context: FetchContext) {
  const {file, signal, onProgress, statfs, retryDelaysMs, stallMs, expected, limitBytes} = context;
  return {
    file,
    signal,
    onProgress,
    ...(expected.sizeBytes === undefined ? {} : {expectedBytes: expected.sizeBytes}),
    ...(limitBytes === undefined ? {} : {limitBytes}),
    ...(statfs === undefined ? {} : {statfs}),
    ...(retryDelaysMs === undefined ? {} : {retryDelaysMs}),
    ...(stallMs === undefined ? {} : {stallMs}),
  };
}
