// Brings the marked step of a picture into view.
"use strict";
document.getElementById("here")?.scrollIntoView({ block: "center", inline: "center" });
