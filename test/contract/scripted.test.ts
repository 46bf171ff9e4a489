import {scriptedEngine} from "../../src/engine/scripted.ts";
import {engineContract} from "./engine-contract.ts";

engineContract("scripted", {
  path: "scripted",
  tolerance: 0,
  open: async () => {
    const engine = scriptedEngine({tokens: ["label", "joy", '", "', "Input"]});
    return {engine, model: await engine.loadModel("any")};
  },
});
