using TraceFast.Data;
using TraceFast.Gate.Reports;
using TraceFast.Gate.Running;

namespace TraceFast.Gate.Tests;

/// <summary>The gate on repositories whose bench prints figures, slow or not, that do not depend on the machine.</summary>
public sealed class BenchmarkGateTests : IDisposable
{
    /// <summary>About 100, or more, give or take two: a number of the process.</summary>
    private const string Bench = "echo \"{\\\"ms\\\": $(( {0} + $$ % 5 - 2 ))}\"\n";

    /// <summary>n counts the processes of both arms.</summary>
    private const string Alternating = "n=$(cat ../../n 2>/dev/null || echo 0); echo $(( n + 1 )) > ../../n\n";

    private readonly SmallRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("1000", "1000", Verdict.WithinBudget)]
    [InlineData("1000", "1100", Verdict.Regression)]
    [InlineData("1100", "1000", Verdict.WithinBudget)]
    public void A_regression_fails_and_nothing_else_does(string before, string after, Verdict verdict)
    {
        WriteSuite();
        Commit("old", before);
        Commit("new", after);
        GateResult result = _repository.Run("old", "new");
        RowResult row = Assert.Single(result.Rows);
        Assert.Equal(verdict, row.Verdict);
        Assert.Equal(verdict == Verdict.Regression, result.Fails);
        Assert.Equal(after == "1000" && before == "1100", row.IsFaster);
        Assert.InRange(row.Slowdown, double.Parse(after) / double.Parse(before) - 1.01, double.Parse(after) / double.Parse(before) - 0.99);
    }

    [Fact]
    public void The_working_tree_is_a_version_with_its_new_files()
    {
        WriteSuite(run: "sh ./slow.sh || sh ./bench.sh");
        Commit("old", "1000");
        File.WriteAllText(_repository["slow.sh"], Bench.Replace("{0}", "1200", StringComparison.Ordinal));
        Assert.True(_repository.Run("old", Repository.WorkingTree).Fails);
        File.Delete(_repository["slow.sh"]);
        Assert.False(_repository.Run("old", Repository.WorkingTree).Fails);
        Assert.Contains(_repository.Lines, l => l.StartsWith("base and head have the same files", StringComparison.Ordinal));
    }

    /// <summary>The output grows while it is measured; the files of the version do not.</summary>
    [Fact]
    public void An_output_in_the_working_tree_is_no_part_of_it()
    {
        WriteSuite();
        Commit("old", "1000");
        GateOptions options = new() { SuiteFile = _repository.Suite, Base = "old", Output = _repository["out"] };
        GateResult first = BenchmarkGate.Run(options, _repository.Folder, new Data.Progress.SilentRunLog(), default);
        GateResult again = BenchmarkGate.Run(options, _repository.Folder, new Data.Progress.SilentRunLog(), default);
        Assert.Equal((first.Run.BaseTree, first.Run.HeadTree), (again.Run.HeadTree, again.Run.BaseTree));
        Assert.Equal(first.Rows[0].Slowdown, again.Rows[0].Slowdown);
    }

    [Fact]
    public void A_build_is_made_once()
    {
        WriteSuite("build: echo built >> ../times\n");
        Commit("old", "1000");
        Commit("new", "1001");
        _repository.Run("old", "new");
        _repository.Run("old", "new", seed: 1);
        string[] times = Directory.GetFiles(_repository["artifacts/gate/builds"], "times", SearchOption.AllDirectories);
        Assert.Equal(2, times.Length);
        Assert.All(times, t => Assert.Equal("built\n", File.ReadAllText(t)));
    }

    [Fact]
    public void A_version_that_does_not_build_decides_nothing()
    {
        WriteSuite("build: test -f good || { echo no compiler >&2; exit 7; }\n");
        Commit("old", "1000");
        _repository.Commit("new", "good", "");
        string message = Assert.Throws<CannotDecideException>(() => _repository.Run("old", "new")).Message;
        Assert.Matches(
            @"^old \([0-9a-f]{12}\) does not build: 'test .*' ended with exit code 7; its log is .*build\.out.*\nno compiler$", message);
    }

    [Fact]
    public void A_killed_run_goes_on_and_decides_the_same()
    {
        WriteSuite();
        Commit("old", "1000");
        Commit("new", "1003");
        GateResult whole = _repository.Run("old", "new");
        string journal = Assert.Single(
            Directory.GetFiles(_repository["artifacts/gate/runs"], Journal.FileName, SearchOption.AllDirectories));
        string[] lines = File.ReadAllLines(journal);
        // In the middle of a pair, and of a line.
        File.WriteAllText(journal, string.Join('\n', lines.Take(6)) + "\n" + lines[6][..20]);
        GateResult resumed = _repository.Run("old", "new");
        Assert.Contains(_repository.Lines, l => l.EndsWith("4 processes were measured before", StringComparison.Ordinal));
        Assert.Equal(whole.Rows[0].Verdict, resumed.Rows[0].Verdict);
        string[] after = File.ReadAllLines(journal);
        Assert.Equal(lines.Take(5), after.Take(5));
        Assert.Equal(lines.Length, after.Length);
    }

    [Fact]
    public void Another_runs_measurements_are_not_mixed_in()
    {
        WriteSuite();
        Commit("old", "1000");
        Commit("new", "1003");
        _repository.Run("old", "new");
        _repository.Git("tag", "newest");
        int lines = _repository.Lines.Count;
        _repository.Run("old", "newest"); // the same files by another name
        Assert.Contains(_repository.Lines.Skip(lines), l => l.EndsWith("processes were measured before", StringComparison.Ordinal));
        Assert.Contains("seed 1; this run is of", Assert.Throws<InputException>(() => _repository.Run("old", "new", seed: 2)).Message);
    }

    [Fact]
    public void Swapped_versions_are_refused()
    {
        WriteSuite();
        Commit("old", "1000");
        Commit("new", "1100");
        Assert.Matches(
            @"^--base new \(.*\) comes after --head old \(.*\): they are swapped",
            Assert.Throws<InputException>(() => _repository.Run("new", "old")).Message);
    }

    [Fact]
    public void A_folder_of_something_else_is_left_alone()
    {
        WriteSuite();
        Commit("old", "1000");
        string own = Directory.CreateDirectory(_repository["mine"]).FullName;
        File.WriteAllText(Path.Combine(own, "base.out"), "mine");
        GateOptions options = new() { SuiteFile = _repository.Suite, Base = "old", Output = own };
        Assert.Equal(
            $"--out {own}: the folder is not empty; name a new one, or remove what is in it",
            Assert.Throws<InputException>(
                () => BenchmarkGate.Run(options, _repository.Folder, new Data.Progress.SilentRunLog(), default)).Message);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(own, "base.out")));
    }

    [Theory]
    [InlineData("true", "head: row 'ms' (*suite.yaml:*): json ms: the output is no JSON")]
    [InlineData("echo '{\"s\": 1}'", "head: row 'ms' (*): json ms: there is no 'ms'; it printed '{\"s\": 1}'")]
    [InlineData("echo '{\"ms\": \"NaN\"}'", "head: row 'ms' (*): json ms is NaN; expected a number above 0")]
    [InlineData("echo '{\"ms\": 0}'", "head: row 'ms' (*): json ms is 0; expected a number above 0")]
    [InlineData("echo '{\"ms\": \"fast\"}'", "head: row 'ms' (*): json ms is 'fast'; expected a number")]
    [InlineData("echo broken; exit 4", "head: command 'bench' ended with exit code 4: sh ./bench.sh; the last lines:\nbroken")]
    [InlineData("kill -9 $$", "head: command 'bench' ended with exit code 137 (signal 9): sh ./bench.sh; ")]
    [InlineData("sleep 90", "head: command 'bench' was killed after 3 s: sh ./bench.sh; it printed nothing")]
    public void A_row_without_a_figure_is_no_silent_pass(string script, string pattern)
    {
        WriteSuite(seconds: script == "sleep 90" ? 3 : 60);
        Commit("old", "1000");
        _repository.Commit("new", "bench.sh", script + "\n");
        string message = Assert.Throws<CannotDecideException>(() => _repository.Run("old", "new")).Message;
        string regex = "^" + System.Text.RegularExpressions.Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal);
        Assert.Matches(regex, message);
    }

    [Theory]
    [InlineData("1000", "1000", Verdict.WithinBudget)]
    [InlineData("1000", "1020", Verdict.Regression)]
    public void A_count_is_decided_by_two_processes_of_each(string before, string after, Verdict verdict)
    {
        WriteSuite(row: "{name: bytes, pattern: '^(\\d+) bytes', count: true, budget: 1}");
        _repository.Commit("old", "bench.sh", $"echo {before} bytes\n");
        _repository.Commit("new", "bench.sh", $"echo {after} bytes\n");
        GateResult result = _repository.Run("old", "new");
        Assert.Equal((verdict, 4), (result.Rows[0].Verdict, result.Processes));
    }

    [Fact]
    public void A_count_that_differs_between_equal_processes_is_none()
    {
        WriteSuite(row: "{name: bytes, pattern: '^(\\d+) bytes', count: true, budget: 1}");
        _repository.Commit("old", "bench.sh", Alternating + "echo $(( n % 2 * 500 + 1000 )) bytes\n");
        _repository.Commit("new", "other", "");
        GateResult result = _repository.Run("old", "new");
        Assert.True(result.CannotTell && !result.Fails);
    }

    [Fact]
    public void Noise_is_said_with_what_it_would_take()
    {
        WriteSuite(head: "pairs: 6\n");
        _repository.Commit("old", "bench.sh", Alternating + "echo \"{\\\"ms\\\": $(( n % 2 * 500 + 1000 ))}\"\n");
        _repository.Commit("new", "other", "");
        GateResult result = _repository.Run("old", "new");
        Assert.Equal(Verdict.CannotTell, result.Rows[0].Verdict);
        Assert.True(result.Rows[0].PairsNeeded > 6);
    }

    /// <summary>A command that takes rows is asked for the open ones: the quiet row is decided first, and the noisy one goes on.</summary>
    [Fact]
    public void Rows_that_are_decided_are_not_measured_again()
    {
        File.WriteAllText(
            _repository.Suite,
            "name: small\npairs: 16\ncommands:\n  - name: bench\n    run: sh bench.sh {rows}\n    rows:\n      - {name: quiet, json: quiet}\n"
                + "      - {name: noisy, json: noisy}\n      - {name: lines, json: lines, count: true}\n");
        _repository.Commit("old", "bench.sh", Alternating + """
            echo $1 >> ../../asked
            quiet="\"quiet\": $(( 1000 + n % 3 )), "; noisy="\"noisy\": $(( 1000 + 300 * ((n / 3) % 2) )), "
            case $1 in quiet,noisy) ;; quiet) noisy= ;; noisy) quiet= ;; esac
            echo "{$quiet$noisy\"lines\": 7}"
            """);
        _repository.Commit("new", "other", "");
        GateResult result = _repository.Run("old", "new");
        string[] asked = File.ReadAllLines(
            Assert.Single(Directory.GetFiles(_repository["artifacts/gate/builds"], "asked", SearchOption.AllDirectories)));
        Assert.Equal("quiet,noisy", asked[0]);
        Assert.Equal("noisy", asked[^1]);
        Assert.Equal(asked.Order(), asked.OrderDescending().Reverse());
        Dictionary<string, RowResult> rows = result.Rows.ToDictionary(r => r.Row.Name);
        Assert.Equal((Verdict.WithinBudget, Verdict.CannotTell), (rows["quiet"].Verdict, rows["noisy"].Verdict));
        Assert.Equal((asked.Count(a => a == "quiet,noisy") / 2, 16), (rows["quiet"].Pairs, rows["noisy"].Pairs));
        Assert.Equal((Verdict.WithinBudget, 16, asked.Length), (rows["lines"].Verdict, asked.Length / 2, result.Processes));
        int before = _repository.Lines.Count;
        GateResult again = _repository.Run("old", "new");
        Assert.Contains(_repository.Lines.Skip(before), l => l.EndsWith("32 processes were measured before", StringComparison.Ordinal));
        Assert.Equal(result.Rows.Select(r => (r.Verdict, r.Pairs)), again.Rows.Select(r => (r.Verdict, r.Pairs)));
    }

    /// <summary>Whatever the machine lacks: nothing fails, nothing is passed in silence.</summary>
    [Fact]
    public void A_row_that_the_machine_cannot_measure_is_told_and_decides_nothing()
    {
        WriteSuite(
            row: "{name: ms, json: ms, count: true}\n"
                + "  - {name: other, run: 'true', needs: sh no-such-program, rows: [{name: far, json: x}]}");
        Commit("old", "1000");
        _repository.Commit("new", "other", "");
        GateResult result = _repository.Run("old", "new");
        NotMeasured far = Assert.Single(result.NotMeasured);
        Assert.Equal(("far", "there is no no-such-program on PATH"), (far.Row.Name, far.Reason));
        Assert.Equal("ms", Assert.Single(result.Rows).Row.Name);
        Assert.Contains("far: not measured: there is no no-such-program on PATH", _repository.Lines);
        Assert.Matches(@"\| far \| not measured \|", GateReport.Markdown(result));
        Assert.Contains("\"not_measured\"", System.Text.Encoding.UTF8.GetString(GateReport.Json(result)), StringComparison.Ordinal);

        File.WriteAllText(
            _repository.Suite, "commands: [{name: b, run: 'true', needs: no-such-program, rows: [{name: far, json: x}]}]\n");
        Assert.Equal(
            "suite suite: no row can be measured on this machine: far: there is no no-such-program on PATH",
            Assert.Throws<CannotDecideException>(() => _repository.Run("old", "new")).Message);
    }

    [Fact]
    public void A_row_that_got_slower_is_profiled_in_both_versions()
    {
        WriteSuite(row: "{name: ms, json: ms, unit: ms, profile: 'echo operations of; cat bench.sh'}");
        Commit("old", "1000");
        Commit("new", "1200");
        GateResult result = _repository.Run("old", "new");
        (string before, string after) = Assert.Single(result.Rows).Profiles!.Value;
        Assert.StartsWith("operations of\necho", before, StringComparison.Ordinal);
        Assert.True(before.Contains("1000", StringComparison.Ordinal) && after.Contains("1200", StringComparison.Ordinal));
        string markdown = GateReport.Markdown(result);
        Assert.Contains("<details><summary>ms, profile of head (new)</summary>", markdown, StringComparison.Ordinal);
        Assert.Contains("<pre>operations of", markdown, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_repository[BenchmarkGate.RunsFolder], BenchmarkGate.ResultFile, SearchOption.AllDirectories));
    }

    [Fact]
    public void A_profile_that_fails_says_so_and_changes_nothing()
    {
        WriteSuite(row: "{name: ms, json: ms, unit: ms, profile: 'echo no profiler; exit 3'}");
        Commit("old", "1000");
        Commit("new", "1200");
        GateResult result = _repository.Run("old", "new");
        Assert.True(result.Fails);
        Assert.Equal("the profile ended with exit code 3; the last lines:\nno profiler", result.Rows[0].Profiles!.Value.Head);
    }

    [Fact]
    public void The_time_limit_ends_the_pairs()
    {
        WriteSuite(head: "minutes: 0.01\n");
        _repository.Commit("old", "bench.sh", "sleep 0.2; echo '{\"ms\": 100}'\n");
        _repository.Commit("new", "other", "");
        GateResult result = _repository.Run("old", "new");
        Assert.Equal((Verdict.CannotTell, 2), (result.Rows[0].Verdict, result.Rows[0].Pairs));
    }

    private void Commit(string tag, string ms) =>
        _repository.Commit(tag, "bench.sh", Bench.Replace("{0}", ms, StringComparison.Ordinal));

    private void WriteSuite(string head = "", string run = "sh ./bench.sh", string row = "{name: ms, json: ms, unit: ms}",
        int seconds = 60) =>
        File.WriteAllText(
            _repository.Suite,
            $"name: small\n{head}commands:\n  - name: bench\n    run: {run}\n    seconds: {seconds}\n    rows:\n      - {row}\n");
}
