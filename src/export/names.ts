/** What traces are exported as, and in which formats; see `tables.ts` and `formats.ts`. */
export const EXPORT_TABLES = ["labels", "steps", "documents"] as const;
export type ExportTableName = (typeof EXPORT_TABLES)[number];

export const EXPORT_FORMATS = ["csv", "jsonl", "parquet"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
