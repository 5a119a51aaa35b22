// Starts the page's parts; each listens on the document, so that what arrives later works as well.

import { startActs } from "./act.js";
import { startClock } from "./clock.js";
import { startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startLog } from "./log.js";
import { startPlaces } from "./places.js";
import { startSay } from "./say.js";
import { startStage } from "./stage.js";

startLog();
startSay();
startForms();
startActs();
startPlaces();
startKeys();
startStage();
startClock();
startLive();
document.documentElement.dataset.ready = "";
