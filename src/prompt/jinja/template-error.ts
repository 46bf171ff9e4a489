/** Why a template cannot be rendered; the message is for a person and names the line where one is known. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}
