using TraceFast.Data;
using TraceFast.Gate.Decision;
using TraceFast.Gate.Suites;
using TraceFast.Tests;

namespace TraceFast.Gate.Tests.Suites;

public sealed class SuiteFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_suite_with_everything()
    {
        Suite suite = Read(
            """
            name: mine
            build: make -j2
            pairs: 12
            minutes: 2.5
            processors: 0
            false_alarms: 2
            budget: 4
            tolerance: 0.5
            commands:
              - name: sort
                run: ./bench --sort
                seconds: 60
                env: {LC_ALL: C, THREADS: 1}
                rows:
                  - {name: sort, json: sort.cpu_ms, control: {json: control.cpu_ms}, unit: ms}
                  - {name: rate, pattern: '([0-9.]+) MB/s', better: more, budget: 10, tolerance: 2}
              - run: ./size
                rows:
                  - {name: start-up, process: cpu_s}
                  - {name: size, files: 'build/*.so', count: true, budget: 0}
            """);
        Assert.Equal(("mine", "make -j2", 12, 2.5, 0), (suite.Name, suite.Build, suite.Pairs, suite.Limit.TotalMinutes, suite.Processors));
        Assert.Equal((0.02, 3), (suite.Levels.FalseAlarms, suite.TimedRows));
        Assert.Equal(["sort", "./size"], suite.Commands.Select(c => c.Name));
        Assert.Equal(new Dictionary<string, string> { ["LC_ALL"] = "C", ["THREADS"] = "1" }, suite.Commands[0].Environment);
        SuiteRow[] rows = [.. suite.Rows];
        Assert.Equal((new JsonFigure("sort.cpu_ms"), new JsonFigure("control.cpu_ms")), (rows[0].Figure, rows[0].Control));
        Assert.Equal(new RowBounds(0.005, 0.04), rows[0].Bounds);
        Assert.Equal((false, new RowBounds(0.02, 0.1)), (rows[1].LessIsBetter, rows[1].Bounds));
        Assert.Equal(new ProcessFigure(ProcessQuantity.Cpu), rows[2].Figure);
        Assert.Equal((true, 0.0), (rows[3].IsCount, rows[3].Bounds.Budget));
    }

    [Theory]
    [InlineData("rows: []", "suite.yaml:4: rows is a list of 0; expected a list of at least one")]
    [InlineData("rows: [{name: a}]", "suite.yaml:4: no figure; expected one of json, pattern, process, counter, files")]
    [InlineData("rows: [{name: a, json: x, process: cpu_s}]", "suite.yaml:4: 2 figures; expected one of")]
    [InlineData("rows: [{json: x}]", "suite.yaml:4: 'name' is missing")]
    [InlineData("rows: [{name: a, json: x, bugdet: 3}]", "suite.yaml:4: unknown key 'bugdet'; expected name, json,")]
    [InlineData("rows: [{name: a, json: x, budget: 1}]", "suite.yaml:4: budget is '1'; expected more than the tolerance, which is 1 %")]
    [InlineData("rows: [{name: a, json: x, budget: much}]", "suite.yaml:4: budget is 'much'; expected a number from 0 to 1000")]
    [InlineData("rows: [{name: a, process: time}]", "suite.yaml:4: process is 'time'; expected cpu_s, wall_s, peak_bytes")]
    [InlineData("rows: [{name: a, pattern: '(\\d'}]", "suite.yaml:4: '(\\d' is no regular expression")]
    [InlineData("rows: [{name: a, pattern: '\\d'}]", "suite.yaml:4: pattern is '\\d'; expected a regular expression with one group")]
    [InlineData("rows: [{name: a, json: x, better: big}]", "suite.yaml:4: better is 'big'; expected less (times, bytes) or more (rates)")]
    [InlineData("rows: [{name: a, json: x, count: 1}]", "suite.yaml:4: count is '1'; expected true or false")]
    [InlineData("rows: [{name: a, json: x}, {name: a, json: y}]", "suite.yaml:4: a second row 'a'")]
    [InlineData("rows: [7]", "suite.yaml:4: found '7'; expected 'key: value' lines: name, json,")]
    public void Mistakes_are_named_with_their_line(string rows, string message) => Assert.Contains(
        message, Assert.Throws<InputException>(() => Read($"commands:\n  - name: c\n    run: x\n    {rows}\n")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Open_rows_stand_in_the_command_by_their_names()
    {
        SuiteCommand command = Read(
            "commands: [{name: c, run: 'x --only {rows}', rows: "
                + "[{name: a.b, json: x}, {name: c-d, json: y}, {name: a size, files: z, count: true}]}]\n").Commands[0];
        Assert.Equal("x --only a.b,c-d", command.RunOf(command.Rows));
        Assert.Equal("x --only c-d", command.RunOf([command.Rows[1]]));
        Assert.True(command.TakesRows);
    }

    [Theory]
    [InlineData("[{name: a b, json: x}]", "suite.yaml:1: row 'a b' stands for {rows} in the shell command; expected letters, digits")]
    [InlineData("[{name: 'a;b', json: x}]", "suite.yaml:1: row 'a;b' stands for {rows}")]
    [InlineData("[{name: a, json: x, count: true}]", "suite.yaml:1: the command asks for {rows}, and all of its rows are counts")]
    public void Rows_that_cannot_stand_in_a_command_are_named(string rows, string message) => Assert.Contains(
        message, Assert.Throws<InputException>(() => Read($"commands: [{{name: c, run: 'x {{rows}}', rows: {rows}}}]\n")).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("pairs: 7\n", "pairs is '7'; expected an even number from 6 to 64")]
    [InlineData("pairs: 4\n", "pairs is '4'; expected a number from 6 to 64")]
    [InlineData("processors: 1.5\n", "processors is '1.5'; expected a whole number from 0 to 4096")]
    [InlineData("minutes: 0\n", "minutes is '0'; expected a number from 0.01 to 10000")]
    [InlineData("command: x\n", "unknown key 'command'")]
    public void So_are_those_of_the_suite(string line, string message) => Assert.Contains(
        message,
        Assert.Throws<InputException>(() => Read(line + "commands: [{name: c, run: x, rows: [{name: a, json: x}]}]\n")).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("json a.b[1].c", "log\n{\"a\": {\"b\": [1, {\"c\": 2.5}]}}\n")]
    [InlineData("json a", "{\n \"a\": 2.5\n}\n")]
    [InlineData("pattern '^ms ([0-9.]+)$'", "ms 1\nms 2.5\nend\n")]
    [InlineData("process cpu_s", "")]
    [InlineData("files 'x/*.so'", "")]
    public void Figures_are_found(string source, string output)
    {
        Directory.CreateDirectory(_folder["x"]);
        File.WriteAllText(_folder["x/a.so"], "12");
        File.WriteAllText(_folder["x/b.so"], "123");
        FigureSource figure = source.Split(' ', 2) switch
        {
            ["json", var path] => new JsonFigure(path),
            ["pattern", var pattern] => new PatternFigure(new(pattern.Trim('\''), System.Text.RegularExpressions.RegexOptions.Multiline)),
            ["process", _] => new ProcessFigure(ProcessQuantity.Cpu),
            [_, var files] => new FilesFigure(files.Trim('\'')),
            _ => throw new InvalidOperationException(),
        };
        Assert.Equal(source, figure.ToString());
        ProcessResult result = new(_folder.Path, output, 2.5, 9, 9);
        Assert.Equal(figure is FilesFigure ? 5 : 2.5, figure.Of(result));
        if (figure is FilesFigure)
            Assert.Throws<FigureException>(() => new FilesFigure("y/*").Of(result));
    }

    private Suite Read(string yaml)
    {
        string file = _folder["suite.yaml"];
        File.WriteAllText(file, yaml);
        return SuiteFile.Read(file);
    }
}
