fetch("https://stats.example.net/read", { mode: "no-cors" }).catch(() => {});
