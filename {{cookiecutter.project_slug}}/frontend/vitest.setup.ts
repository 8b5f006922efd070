import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

configure({ asyncUtilTimeout: 10_000 }); // the first import of a module is slow on a busy machine
afterEach(cleanup);
