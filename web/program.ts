/** The program of the page, and of the worker that it starts (solver/solver.ts). */
import { serve } from "./solver/worker.ts";

if (typeof document === "undefined") serve();
else void import("./main.ts");
