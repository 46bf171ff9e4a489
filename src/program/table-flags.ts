import {type Command, Option} from "commander";
import {delimiter, list, names, share} from "./flag-values.ts";

/** How a table of the user's own is read. */
export function tableFlags(command: Command): Command {
  return command
    .option("--id-column <name>", "where ids are (default: made of the text; jsonl: id)")
    .option("--text-column <name>", "where texts are (jsonl: text)")
    .option(
      "--labels-column <name>",
      "all labels of a row (jsonl: labels or annotations); given twice, or with commas: a column an annotator",
      names,
    )
    .option("--annotator-columns <names>", "a column of labels an annotator, who is called like it", list)
    .option("--separator <text>", "between the labels of a cell (default: a comma)")
    .option("--none-words <words>", "words that mean no label, e.g. neutral", list)
    .option("--label-columns <names>", "one column of 0 and 1 a label", list)
    .option("--annotator-column <name>", "a row is one annotator's word")
    .option("--annotators-column <name>", "who gave the entries of a list, in its order (default: annotators)")
    .addOption(
      new Option("--entries <what>", "what the entries of a list are (default: told from the names beside it)").choices(
        ["labels", "annotators"],
      ),
    )
    .addOption(
      new Option(
        "--rows <what>",
        "one-label: a row is one chosen label, and an annotator's rows make their set",
      ).choices(["one-label"]),
    )
    .addOption(
      new Option("--blank <what>", "what an empty label cell says (default: told from the file)").choices([
        "none",
        "unjudged",
      ]),
    )
    .option("--labels <names>", "the label set in its order (default: those found)", list)
    .option("--rename <pairs>", "what values of the file are called, e.g. 1=hate,0=none", names)
    .option("--delimiter <text>", "csv: between cells (default: told from the file)", delimiter)
    .addOption(
      new Option("--quotes [how]", "csv: a quote holds a cell together (double), or is text (none; default with tabs)")
        .choices(["double", "none"])
        .preset("double"),
    )
    .addOption(new Option("--split <name>", "a single file: all of it is the test split").choices(["test"]))
    .option("--test-share <share>", "a single file: the share of test documents (default: 0.1)", share)
    .option("--calibration-share <share>", "a single file: the share of calibration documents (default: 0.1)", share);
}
