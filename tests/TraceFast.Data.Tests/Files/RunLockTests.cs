using System.Globalization;
using TraceFast.Data.Files;

namespace TraceFast.Data.Tests.Files;

public sealed class RunLockTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private string Path(string name) => System.IO.Path.Combine(_folder.Root, name);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_second_is_told_who_holds_it_and_gets_it_afterwards(bool ofFile)
    {
        string output = Path("out");
        using (Take())
        {
            string message = Assert.Throws<InputException>(Take).Message;
            Assert.StartsWith(output, message, StringComparison.Ordinal);
            Assert.Contains(
                string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} ("), message, StringComparison.Ordinal);
            Assert.Contains($"since {DateTime.Now.Year}-", message, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_folder.Root));
        Take().Dispose();

        RunLock Take() => ofFile ? RunLock.OfFile(output) : RunLock.OfFolder(output);
    }

    [Fact]
    public void A_folder_that_was_there_or_got_something_stays()
    {
        RunLock.OfFolder(_folder.Root).Dispose();
        Assert.True(Directory.Exists(_folder.Root));
        using (RunLock.OfFolder(Path("new")))
            _folder.Write("new/result", "x");
        Assert.Equal(["result"], Directory.GetFileSystemEntries(Path("new")).Select(System.IO.Path.GetFileName));
    }

    [Fact]
    public void What_a_killed_process_left_is_no_lock()
    {
        _folder.Write(RunLock.FileName, "process 1 (tracefast train a.yaml) since 2024-01-01 00:00:00");
        using RunLock held = RunLock.OfFolder(_folder.Root);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}"),
            Assert.Throws<InputException>(() => RunLock.OfFolder(_folder.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_at_a_time_hold_it_one_after_the_other()
    {
        int inside = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            () =>
            {
                for (int i = 0; i < 5; i++)
                    using (RunLock.WaitForFile(Path("out"), _ => { }, TestContext.Current.CancellationToken))
                    {
                        Assert.Equal(1, Interlocked.Increment(ref inside));
                        Interlocked.Decrement(ref inside);
                    }
            },
            TestContext.Current.CancellationToken)));
        using RunLock held = RunLock.OfFile(Path("out"));
        using CancellationTokenSource stop = new();
        List<string> said = [];
        Task waiting = Task.Run(() => RunLock.WaitForFile(Path("out"), said.Add, stop.Token), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    public void Dispose() => _folder.Dispose();
}
