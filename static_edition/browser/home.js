// The course home: what can be kept on the device.
import { keep, offerInstall, offerOffline, startOffline } from "./offline.js";

const last = document.querySelector("#content > .forget");
offerInstall(last);
const worker = await startOffline();
if (worker) {
  offerOffline(worker, last);
  keep([location.href]);
}
