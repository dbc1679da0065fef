// Runs nf-test files with the real Nextflow where nf-test itself cannot be had: workflows/nf-test.sh [--update] FILE...
//
// It reads the part of nf-test's language that the modules' tests use: nextflow_process with name, script, process, tag, config;
// test with options, config, setup, when and then; in `then` process.success, process.out, process.errorReport, path, snapshot and
// assertAll. Anything else is an error, not a pass. `--update` writes the snapshots; without it one that is missing fails.
// A test tagged "gpu" needs a GPU unless it is a stub.

import groovy.json.JsonOutput
import groovy.json.JsonSlurper
import java.nio.file.Files
import java.nio.file.Path
import java.nio.file.Paths
import java.security.MessageDigest
import java.util.zip.GZIPInputStream

/** A file of an output, as `then` looks at it. */
class Output {
    Path path
    byte[] getBytes() {
        def all = Files.readAllBytes(path)
        path.toString().endsWith('.gz') && all ? new GZIPInputStream(new ByteArrayInputStream(all)).bytes : all
    }
    String getText() { new String(bytes, 'UTF-8') }
    List<String> getLines() { text.readLines() }
    List<String> getLinesGzip() { lines }
    Object getJson() { new JsonSlurper().parseText(text) }
    String getMd5() { MessageDigest.getInstance('MD5').digest(bytes).encodeHex() }
    boolean exists() { Files.exists(path) }
}

/** What a process did. */
class ProcessResult {
    boolean success
    int exitStatus
    Map out
    String errorReport
}

/** What a snapshot holds: paths become name:md5,… so that folders do not matter. */
class Snapshots {
    Path file
    boolean update
    Map known
    boolean changed

    Snapshots(Path file, boolean update) {
        this.file = file
        this.update = update
        known = Files.exists(file) ? (Map) new JsonSlurper().parse(file.toFile()) : [:]
    }
    static Object plain(Object value) {
        if (value instanceof Map) { return value.collectEntries { k, v -> [(k.toString()): plain(v)] }.sort() }
        if (value instanceof Collection) { return value.collect { plain(it) } }
        if (value instanceof CharSequence && value.startsWith('/') && Files.exists(Paths.get(value.toString()))) {
            return "${Paths.get(value.toString()).fileName}:md5,${new Output(path: Paths.get(value.toString())).md5}".toString()
        }
        value instanceof CharSequence ? value.toString() : value
    }
    boolean match(String name, List values) {
        def content = new JsonSlurper().parseText(JsonOutput.toJson(values.collect { plain(it) }))
        if (update) {
            known[name] = [content: content]
            changed = true
            return true
        }
        if (!known.containsKey(name)) { throw new AssertionError("there is no snapshot of \"${name}\" in ${file.fileName}" as Object) }
        if (known[name].content != content) {
            throw new AssertionError("the snapshot has ${JsonOutput.toJson(known[name].content)}, and this run ${JsonOutput.toJson(content)}" as Object)
        }
        true
    }
    void write() {
        if (changed) { file.toFile().text = JsonOutput.prettyPrint(JsonOutput.toJson(known.sort())) + '\n' }
    }
}

/** `setup` and `when`: the processes to run, and their inputs as text. */
class Steps {
    List<Map> before = []
    String inputs
    Map places
    def run(String name, Closure body) {
        def step = new Step(places: places)
        body.delegate = step
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
        before << [name: name, script: step.file, inputs: step.inputs]
    }
    def process(Closure text) {
        text.delegate = this
        inputs = text().toString()
    }
    def propertyMissing(String name) { places.containsKey(name) ? places[name] : { throw new MissingPropertyException(name, Steps) }() }
}

class Step {
    String file, inputs
    Map places
    def script(String name) { file = name }
    def process(Closure text) {
        text.delegate = this
        inputs = text().toString()
    }
    def propertyMissing(String name) { places.containsKey(name) ? places[name] : { throw new MissingPropertyException(name, Step) }() }
}

class Case {
    String title
    List<String> options = [], configs = [], tags = []
    Closure prepare, act, check
    def options(String text) { options += text.tokenize() }
    def config(String file) { configs << file }
    def tag(String name) { tags << name }
    def setup(Closure body) { prepare = body }
    def when(Closure body) { act = body }
    def then(Closure body) { check = body }
}

class Suite {
    String title, file, target
    List<String> tags = [], configs = []
    List<Case> cases = []
    def name(String text) { title = text }
    def script(String path) { file = path }
    def process(String name) { target = name }
    def tag(String name) { tags << name }
    def config(String path) { configs << path }
    def test(String title, Closure body) {
        def one = new Case(title: title)
        body.delegate = one
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
        cases << one
    }
}

/** What `then` sees. */
class Then {
    ProcessResult process
    Snapshots snapshots
    String title
    Output path(Object file) { new Output(path: Paths.get(file.toString())) }
    def snapshot(Object... values) { [match: { String name = title -> snapshots.match(name, values as List) }] }
    def assertAll(Closure... checks) {
        def wrong = []
        checks.each { try { it() } catch (Throwable e) { wrong << e.message } }
        if (wrong) { throw new AssertionError(wrong.join('\n') as Object) }
    }
}

abstract class TestFile extends Script {
    def nextflow_process(Closure body) {
        def suite = new Suite()
        body.delegate = suite
        body.resolveStrategy = Closure.DELEGATE_FIRST
        body()
        binding.setVariable('suite', suite)
    }
}

// --- Running them ---

def arguments = args as List
def update = arguments.remove('--update')
def engine = System.getenv('NEXTFLOW')
def project = Paths.get(System.getenv('PROJECT')).toRealPath()
def work = Files.createTempDirectory('nf-test-')
def gpu = { try { ['nvidia-smi', '-L'].execute().waitFor() == 0 } catch (IOException ignored) { false } }()
int passed = 0, failed = 0, skipped = 0

def run = { Suite suite, Case one, Path file, Path folder ->
    def script = file.parent.resolve(suite.file).normalize()
    def places = [projectDir: project, baseDir: project, moduleDir: script.parent, moduleTestDir: file.parent, outputDir: folder]
    def steps = new Steps(places: places)
    [one.prepare, one.act].findAll().each {
        it.delegate = steps
        it.resolveStrategy = Closure.DELEGATE_FIRST
        it()
    }
    def includes = [[suite.target, script]] + steps.before.collect { [it.name, file.parent.resolve(it.script).normalize()] }
    def calls = steps.before + [[name: suite.target, inputs: steps.inputs]]
    folder.toFile().mkdirs()
    def main = folder.resolve('main.nf')
    main.toFile().text = includes.unique().collect { "include { ${it[0]} } from '${it[1]}'\n" }.join() + """
def keep(folder, name, channel) {
    channel.toList().subscribe { items ->
        def plain
        plain = { it instanceof Collection ? it.collect { x -> plain(x) } : it instanceof Map ? it : it instanceof Number || it instanceof Boolean ? it : it.toString() }
        // Without an order of its own, a channel's items are sorted.
        new File(folder, name + '.json').text = groovy.json.JsonOutput.toJson(plain(items).sort { a, b -> a.toString() <=> b.toString() })
    }
}

workflow {
    def input = []
${calls.collect { "    input = []\n${it.inputs}\n    ${it.name}(*input)\n" }.join('\n')}
    for (name in ${suite.target}.out.getNames()) { keep('${folder}', 'out.' + name, ${suite.target}.out.getProperty(name)) }
    for (i in 0..<${suite.target}.out.size()) { keep('${folder}', 'out.' + i, ${suite.target}.out[i]) }
}
"""
    def configs = [project.resolve('tests/nextflow.config').toString()] + (suite.configs + one.configs).collect { file.parent.resolve(it).normalize().toString() }
    def command = [engine, '-log', "${folder}/run.log"] + configs.collectMany { ['-c', it] } + ['run', "${main}", '-ansi-log', 'false', '-w', "${folder}/work"] + one.options
    def process = new ProcessBuilder(command*.toString()).directory(folder.toFile()).redirectErrorStream(true).redirectOutput(folder.resolve('log').toFile()).start()
    def status = process.waitFor()
    def out = [:]
    folder.toFile().listFiles().findAll { it.name ==~ /out\..*\.json/ }.each { out[it.name[4..-6]] = new JsonSlurper().parse(it) }
    new ProcessResult(success: status == 0, exitStatus: status, out: out.sort(), errorReport: folder.resolve('log').toFile().text)
}

arguments.each { name ->
    def file = Paths.get(name).toRealPath()
    def settings = new org.codehaus.groovy.control.CompilerConfiguration(scriptBaseClass: 'TestFile')
    def binding = new Binding()
    new GroovyShell(TestFile.classLoader, binding, settings).evaluate(file.toFile())
    Suite suite = binding.getVariable('suite')
    def snapshots = new Snapshots(Paths.get("${file}.snap"), update)
    suite.cases.eachWithIndex { one, i ->
        def label = "${file.parent.parent.fileName}/${file.fileName}: ${one.title}"
        if ((suite.tags + one.tags).contains('gpu') && !gpu && !one.options.contains('-stub')) {
            skipped++
            println "SKIPPED: ${label}: there is no GPU"
            return
        }
        def result = run(suite, one, file, work.resolve("${file.parent.parent.fileName}-${file.fileName}-${i}"))
        def then = new Then(process: result, snapshots: snapshots, title: one.title)
        one.check.delegate = then
        one.check.resolveStrategy = Closure.DELEGATE_FIRST
        try {
            one.check()
            passed++
            println "ok: ${label}"
        } catch (Throwable e) {
            failed++
            // The values beneath an assertion can be whole files.
            println "FAILED: ${label}\n${"${e.message ?: e}".readLines()*.take(300).join('\n')}\n${result.success ? '' : result.errorReport}"
        }
    }
    snapshots.write()
}
// Groovy's deleteDir goes through links: it would empty the folders that tests stage.
['rm', '-rf', work.toString()].execute().waitFor()
println "nf-test: ${passed} passed, ${failed} failed, ${skipped} skipped"
System.exit(failed ? 1 : passed ? 0 : 2)
