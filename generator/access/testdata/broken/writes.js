document.getElementById("words").innerHTML = "<h1>Broken on purpose</h1><p>Only script writes these words.</p>";
