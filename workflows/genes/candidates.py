"""The variants that change a splice site, each with its genes: run by the rule `candidates`."""
import csv
import gzip

ranks = {row["gene"]: row["rank"] for row in csv.DictReader(open(snakemake.input.ranked), delimiter="\t")}
with gzip.open(snakemake.input.vcf, "rt") as calls, open(snakemake.output[0], "w") as out:
    print("contig", "position", "ref", "alt", "gene", "change", "diseases", "phenotypes", "rank", sep="\t", file=out)
    for line in calls:
        if line.startswith("#"):
            continue
        contig, position, _, ref, alt, _, _, info = line.rstrip("\n").split("\t")[:8]
        fields = dict(field.partition("=")[::2] for field in info.split(";"))
        changes = [float(x) for key, all_ in fields.items() if key.startswith("GG_DELTA_splice") for x in all_.split(",") if x != "."]
        largest = max(changes, key=abs, default=0.0)
        if abs(largest) < float(snakemake.params.least):
            continue
        for gene in fields.get("GG_GENES", "").split(","):
            if gene:
                symbol, _, diseases, _, phenotypes, *_ = gene.split("|")
                count = len(phenotypes.split("&")) if phenotypes else 0
                print(contig, position, ref, alt, symbol, f"{largest:.2f}", diseases or ".", count, ranks.get(symbol, "."), sep="\t", file=out)
