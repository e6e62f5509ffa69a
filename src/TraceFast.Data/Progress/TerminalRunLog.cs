using System.Collections.Concurrent;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace TraceFast.Data.Progress;

/// <summary>A bar with rate and time left, for terminals.</summary>
public sealed class TerminalRunLog(IAnsiConsole console) : IRunLog
{
    /// <summary>The text beside each bar by its task's number; the refresh thread reads it.</summary>
    private readonly ConcurrentDictionary<int, string> _texts = [];

    private ProgressContext? _shown;

    /// <summary>The log of this process: bars where standard error is a terminal, plain lines elsewhere.</summary>
    public static IRunLog ForStandardError() => Console.IsErrorRedirected
        ? new PlainRunLog(Console.Error)
        : new TerminalRunLog(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));

    public void Line(string text) => console.WriteLine(TerminalText.OneLine(text));

    /// <summary>A piece of work inside another one gets a bar of its own below it while it lasts.</summary>
    public T Track<T>(string what, string unit, long total, long done, Func<IProgressReport, T> work)
    {
        if (_shown is not null)
            return Run(_shown, what, unit, total, done, work);
        return console.Progress()
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn { Width = Math.Clamp(console.Profile.Width / 4, 8, 40) },
                new PercentageColumn(), new BarTextColumn(_texts))
            .Start(context =>
            {
                _shown = context;
                try
                {
                    return Run(context, what, unit, total, done, work);
                }
                finally
                {
                    _shown = null;
                }
            });
    }

    private T Run<T>(ProgressContext context, string what, string unit, long total, long done, Func<IProgressReport, T> work)
    {
        ProgressTask task = context.AddTask(Markup.Escape(TerminalText.OneLine(what)), maxValue: Math.Max(total, 1));
        task.Value = done;
        try
        {
            return work(new Bar(task, _texts, total, done, unit));
        }
        finally
        {
            task.StopTask();
        }
    }

    private sealed class Bar(
        ProgressTask task, ConcurrentDictionary<int, string> texts, long total, long before, string unit) : IProgressReport
    {
        private readonly ProgressRate _pace = new(total, before);

        public void Report(long done, string? status)
        {
            _pace.Update(done);
            texts[task.Id] = string.Join(", ", new[] { status ?? "", _pace.Describe(unit) }.Where(p => p.Length > 0));
            task.Value = done;
        }

        public void Correct(long total, long before)
        {
            _pace.Correct(total, before);
            task.MaxValue = Math.Max(total, 1);
        }
    }

    private sealed class BarTextColumn(ConcurrentDictionary<int, string> texts) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
            new Text(TerminalText.OneLine(texts.GetValueOrDefault(task.Id, ""))) { Overflow = Overflow.Ellipsis };
    }
}
