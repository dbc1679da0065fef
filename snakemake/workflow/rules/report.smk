rule report:
    input:
        # What they hold is drawn.
        outputs=wanted(),
        manifests=[f"{file}.manifest.json" for file in wanted()],
    output:
        html=f"{OUT}/report.html",
        multiqc=f"{OUT}/report_mqc.json",
    log:
        f"{OUT}/logs/report.log",
    conda:
        "../envs/genogloss.yaml"
    params:
        program=config["program"],
    shell:
        "{params.program} report {input.manifests:q} --output {output.html:q} --multiqc {output.multiqc:q} 2> {log:q}"
