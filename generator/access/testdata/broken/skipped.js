document.getElementById("over").addEventListener("focus", (event) => event.target.blur());
