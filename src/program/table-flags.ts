import {type Command, Option} from "commander";
import {delimiter, list, names, share} from "./flag-values.ts";

/** How a table of the user's own is read. */
export function tableFlags(command: Command): Command {
  return command
    .option("--id-column <name>", "where ids are (default: made of the text; jsonl: id)")
    .option("--text-column <name>", "where texts are (jsonl: text)")
    .option(
      "--labels-column <name>",
      "all labels of a row (jsonl: labels or annotations); several columns are one annotator's each",
      names,
    )
    .option("--annotator-columns <names>", "the annotators' columns, each with one annotator's labels", list)
    .option("--separator <text>", "what parts the labels of a cell (default: a comma)")
    .option("--none-words <words>", "words that mean no label, e.g. neutral", list)
    .option("--label-columns <names>", "the labels' columns, each with 0 and 1", list)
    .option("--annotator-column <name>", "who judged the row; the rows of an id are one document")
    .option("--annotators-column <name>", "who gave the entries of a list, in their order (default: annotators)")
    .addOption(
      new Option("--entries <what>", "what the entries of a list are (default: told from the names beside it)").choices(
        ["labels", "annotators"],
      ),
    )
    .addOption(
      new Option(
        "--rows <what>",
        "one-label: each row is one chosen label, and an annotator's rows on a document make one set",
      ).choices(["one-label"]),
    )
    .addOption(
      new Option("--blank <what>", "what an empty label cell says (default: told from the file)").choices([
        "none",
        "unjudged",
      ]),
    )
    .option("--labels <names>", "the label set in its order (default: those found)", list)
    .option("--rename <pairs>", "names for values of the file, e.g. 1=hate,0=none (none: no label)", names)
    .option(
      "--delimiter <text>",
      "csv: what parts the cells, one character or tab (default: told from the file)",
      delimiter,
    )
    .addOption(
      new Option(
        "--quotes [how]",
        "csv: double: quotes hold cells together; none: quotes are text (default in a table with tabs)",
      )
        .choices(["double", "none"])
        .preset("double"),
    )
    .addOption(new Option("--split <name>", "a single file: all of it is the test split").choices(["test"]))
    .option("--test-share <share>", "a single file: the share of test documents (default: 0.1)", share)
    .option("--calibration-share <share>", "a single file: the share of calibration documents (default: 0.1)", share);
}
