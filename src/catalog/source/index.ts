import type {ModelSource} from "../../records/catalog.ts";
import {fetchConverted} from "./convert.ts";
import {fetchHf} from "./hf.ts";
import type {FetchContext, Fetched} from "./source.ts";
import {fetchUrl} from "./url.ts";
import {fetchWheel} from "./wheel.ts";

/** A source that has to be fetched: embedded files are already there. */
export type RemoteSource = Exclude<ModelSource, {kind: "embedded"}>;

/** A source of one file. */
export type FileSource = Exclude<RemoteSource, {kind: "parts"}>;

/** Brings the bytes of any file. A new kind is one file beside this one and one case in the two functions here. */
export function fetchSource(source: FileSource, context: FetchContext): Promise<Fetched> {
  switch (source.kind) {
    case "hf":
      return fetchHf(source, context);
    case "wheel":
      return fetchWheel(source, context);
    case "convert":
      return fetchConverted(source, context);
    case "url":
      return fetchUrl(source, context);
  }
}

/** A source as a person writes it; of several files the first. */
export function describeSource(source: ModelSource): string {
  switch (source.kind) {
    case "embedded":
      return `embedded ${source.path}`;
    case "hf":
      return `hf:${source.repo}/${source.file}`;
    case "convert":
      return `python package ${source.package.name} ${source.package.version}, converted to ${source.quantisation}`;
    case "url":
      return source.url;
    case "parts":
      return source.parts.slice(0, 1).map(describeSource).join();
    case "wheel": {
      const names = source.packages.map(part => `${part.name} ${part.version}`);
      return names.length < 3 ? `python packages ${names.join(", ")}` : `python packages ${names[0]} … ${names.at(-1)}`;
    }
  }
}
