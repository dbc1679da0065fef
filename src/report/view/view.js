"use strict";
// The strongest calls beside the sequence. Both igv.js and the data are in the page, compressed; nothing is loaded.
(async () => {
  const place = document.getElementById("view");
  const say = (text) => {
    place.replaceChildren(Object.assign(document.createElement("p"), { className: "wait", textContent: text }));
  };
  const unpacked = async (id) => {
    const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };
  if (typeof DecompressionStream === "undefined") {
    say("The view needs a browser of 2023 or later (DecompressionStream).");
    return;
  }
  try {
    say("Loading the view …");
    const [code, text] = await Promise.all([unpacked("igv-code"), unpacked("view-data")]);
    const script = document.createElement("script");
    script.textContent = code;
    document.head.append(script);
    const data = JSON.parse(text);
    const header = "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n";
    const inline = (text) => {
      let letters = "";
      for (const byte of new TextEncoder().encode(text)) letters += String.fromCharCode(byte);
      return `data:text/plain;base64,${btoa(letters)}`;
    };
    const tracks = data.tracks.map((track) => {
      const shared = { name: track.name, color: track.color, removable: true };
      const at = (mark) => ({ chr: data.contigs[mark[0]], start: mark[1], end: mark[2] });
      switch (track.kind) {
        case "values":
          return { ...shared, type: "wig", height: 60, autoscale: true, altColor: "#d55e00",
            features: track.marks.map((mark) => ({ ...at(mark), value: mark[3] })) };
        case "variants":
          return { ...shared, type: "variant", format: "vcf", height: 70, visibilityWindow: -1, indexed: false,
            url: inline(header + track.marks.map((mark) => mark[3]).join("\n") + "\n") };
        default:
          return { ...shared, type: "annotation", displayMode: "EXPANDED", height: 60, maxRows: 50,
            features: track.marks.map((mark) => {
              const feature = { ...at(mark), name: mark[3], strand: mark[5] };
              return mark[4] === null ? feature : { ...feature, score: Math.round(1000 * mark[4]) };
            }) };
      }
    });
    place.replaceChildren();
    const browser = await igv.createBrowser(place, {
      loadDefaultGenomes: false,
      reference: { id: data.name, name: data.name, fastaURL: inline(data.fasta), indexed: false, wholeGenomeView: false },
      locus: data.locus,
      showIdeogram: false,
      tracks,
    });
    const places = document.querySelectorAll("button[data-locus]");
    for (const button of places) {
      button.addEventListener("click", async () => {
        places.forEach((other) => other.removeAttribute("aria-current"));
        button.setAttribute("aria-current", "true");
        await browser.search(button.dataset.locus);
        place.scrollIntoView({ block: "nearest", behavior: "smooth" });
      });
    }
    places[0]?.setAttribute("aria-current", "true");
    // For tests: the view is complete.
    place.dataset.ready = browser.currentLoci().toString();
  } catch (error) {
    say(`The view cannot be shown: ${error.message ?? error}`);
  }
})();
