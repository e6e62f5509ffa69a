using Spectre.Console;
using Spectre.Console.Rendering;

namespace TraceFast.Training.Metrics.Progress;

/// <summary>A bar with rate and time left, for terminals.</summary>
public sealed class TerminalRunLog(IAnsiConsole console) : IRunLog
{
    /// <summary>The log of this process: bars where standard error is a terminal, plain lines elsewhere.</summary>
    public static IRunLog ForStandardError() => Console.IsErrorRedirected
        ? new PlainRunLog(Console.Error)
        : new TerminalRunLog(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

    public void Line(string text) => console.WriteLine(text);

    public T Track<T>(string what, string unit, long total, long done, Func<IProgressReport, T> work)
    {
        Bar bar = new(total, done, unit);
        return console.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new BarTextColumn(bar))
            .Start(context =>
            {
                bar.Task = context.AddTask(Markup.Escape(what), maxValue: Math.Max(total, 1));
                bar.Task.Value = done;
                return work(bar);
            });
    }

    private sealed class Bar(long total, long before, string unit) : IProgressReport
    {
        private readonly Pace _pace = new(total, before);

        public ProgressTask? Task { get; set; }

        // The refresh thread reads it; a reference is replaced whole.
        public volatile string Text = "";

        public void Report(long done, string? status)
        {
            _pace.Update(done);
            Text = string.Join(", ", new[] { status ?? "", _pace.Describe(unit) }.Where(p => p.Length > 0));
            if (Task is not null)
                Task.Value = done;
        }
    }

    private sealed class BarTextColumn(Bar bar) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(bar.Text);
    }
}
