// Has the official parser read an AsyncAPI document. Prints each complaint; the status is 0 if there is none.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const [path] = process.argv.slice(2);
const { document, diagnostics } = await new Parser().parse(readFileSync(path, "utf8"), { source: path });
for (const each of diagnostics) console.log(`${each.code} at ${each.path.join("/")}: ${each.message}`);
process.exit(document && diagnostics.length === 0 ? 0 : 1);
