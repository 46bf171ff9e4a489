/** Which mistakes can be planted in a source file: one small edit each, of a kind that people make. */
import ts from "typescript";

const K = ts.SyntaxKind;
const exchanged = new Map([
  [K.LessThanToken, "<="],
  [K.LessThanEqualsToken, "<"],
  [K.GreaterThanToken, ">="],
  [K.GreaterThanEqualsToken, ">"],
  [K.EqualsEqualsEqualsToken, "!=="],
  [K.ExclamationEqualsEqualsToken, "==="],
  [K.PlusToken, "-"],
  [K.MinusToken, "+"],
  [K.AsteriskToken, "/"],
  [K.SlashToken, "*"],
  [K.AmpersandAmpersandToken, "||"],
  [K.BarBarToken, "&&"],
  [K.PlusEqualsToken, "-="],
  [K.MinusEqualsToken, "+="],
]);
const exchangedCalls = {
  some: "every",
  every: "some",
  max: "min",
  min: "max",
  floor: "ceil",
  ceil: "floor",
  log: "log2",
  log2: "log",
};
const droppedCalls = new Set(["filter", "sort", "toSorted", "reverse", "toReversed", "slice"]);

/** Whether a node stands in a sentence for people, or in a thrown error: a number there is wording, not a result. */
function isWording(node) {
  for (let at = node.parent; at !== undefined; at = at.parent) {
    if (ts.isTemplateSpan(at) || ts.isThrowStatement(at) || ts.isImportDeclaration(at)) return true;
    if (ts.isTypeNode(at) || ts.isTypeAliasDeclaration(at) || ts.isInterfaceDeclaration(at)) return true;
    if (ts.isStatement(at)) return false;
  }
  return false;
}

/**
 * The mistakes that a file offers, in its order.
 *
 * @returns from and to (offsets in the text), what is written there instead, and what was
 */
export function mistakesIn(path, text) {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found = [];
  const plant = (kind, node, to) => {
    const from = node.getStart(source);
    const {line} = source.getLineAndCharacterOfPosition(from);
    found.push({path, kind, line: line + 1, from, end: node.getEnd(), was: node.getText(source), is: to});
  };
  const visit = node => {
    if (!isWording(node)) look(node);
    ts.forEachChild(node, visit);
  };
  const look = node => {
    if (ts.isBinaryExpression(node)) {
      const to = exchanged.get(node.operatorToken.kind);
      const text = [node.left, node.right].some(side => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side));
      if (to !== undefined && !(text && node.operatorToken.kind === K.PlusToken))
        plant("operator", node.operatorToken, to);
      if (node.operatorToken.kind === K.QuestionQuestionToken && !ts.isNumericLiteral(node.right)) return;
    }
    if (ts.isNumericLiteral(node)) {
      // The 0 of `a[i] ?? 0` only satisfies the compiler: no index is out of range there.
      const {parent} = node;
      if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === K.QuestionQuestionToken) return;
      plant("number", node, node.text === "0" ? "1" : node.text === "1" ? "2" : `(${node.text} * 2)`);
    }
    if (node.kind === K.TrueKeyword && ts.isExpression(node)) plant("truth", node, "false");
    if (node.kind === K.FalseKeyword && ts.isExpression(node)) plant("truth", node, "true");
    if (ts.isIfStatement(node)) plant("condition", node.expression, `!(${node.expression.getText(source)})`);
    if (ts.isConditionalExpression(node)) plant("condition", node.condition, `!(${node.condition.getText(source)})`);
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const {name, expression} = node.expression;
      if (Object.hasOwn(exchangedCalls, name.text)) plant("call", name, exchangedCalls[name.text]);
      else if (droppedCalls.has(name.text)) plant("dropped call", node, expression.getText(source));
    }
  };
  visit(source);
  return found;
}
