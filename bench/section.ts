/** Started by bench.ts: `node section.js NAME quick|full` measures one part in this process and prints it as JSON. */
import { type Section, sections } from "./sections.ts";

const [name = "", effort] = process.argv.slice(2);
const measured = await (sections[name] as Section).measure(effort === "quick");
process.stdout.write(`${JSON.stringify(measured)}\n`);
