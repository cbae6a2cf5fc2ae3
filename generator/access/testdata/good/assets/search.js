document.getElementById("q").addEventListener("input", (event) => {
  document.getElementById("found").textContent = event.target.value ? "1 story" : "";
});
