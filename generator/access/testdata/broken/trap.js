document.getElementById("stay").addEventListener("keydown", (event) => event.preventDefault());
