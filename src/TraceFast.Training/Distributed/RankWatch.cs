using System.Diagnostics;
using System.Text.RegularExpressions;

namespace TraceFast.Training.Distributed;

/// <summary>
/// A thread of each rank that exchanges signs of life and errors with rank 0, while the other thread computes. A rank that fails tells
/// rank 0, which prints the error once, with the rank, and ends the job; so it does for a rank that is silent for <see cref="Patience"/>.
/// </summary>
internal sealed unsafe partial class RankWatch : IDisposable
{
    /// <summary>Silence after which a rank is taken for dead: its machine is gone, or it is stopped.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private const int AliveTag = 1;
    private const int ErrorTag = 2;
    private const int MostBytes = 8192;

    /// <summary>Of an error that is told: short enough that MPI sends it at once, without its receiver's help.</summary>
    private const int MostTold = 2000;
    private const int NoAnswerCode = 1;

    private static readonly TimeSpan s_round = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(1), s_long = TimeSpan.FromMinutes(1);

    /// <summary>How long rank 0 waits for the same error of other ranks, and for its other thread to save what is done.</summary>
    private static readonly TimeSpan s_gathering = TimeSpan.FromSeconds(1), s_saving = TimeSpan.FromSeconds(8);

    private readonly MpiCommunicator _ranks;
    private readonly Lock _mpi;
    private readonly Thread _thread;
    private readonly long[] _heard, _exchanges;

    /// <summary>Whom this rank hears and tells: all others if it is rank 0, else rank 0.</summary>
    private readonly int[] _partners;
    private readonly Dictionary<int, (string Message, int Code)> _errors = [];
    private readonly ManualResetEventSlim _end = new(), _ownDone = new();
    private volatile string? _failure;
    private long _seen, _waited;

    public RankWatch(MpiCommunicator ranks, Lock mpi)
    {
        (_ranks, _mpi) = (ranks, mpi);
        (_heard, _exchanges) = (new long[ranks.Size], new long[ranks.Size]);
        _partners = ranks.Rank == 0 ? [.. Enumerable.Range(1, ranks.Size - 1)] : [0];
        _thread = new Thread(Run) { IsBackground = true, Name = "rank watch" };
    }

    /// <summary>Collectives that this rank has completed.</summary>
    public long Exchanges { get; set; }

    private static TextWriter Output => Console.Error;

    public void Begin()
    {
        Array.Fill(_heard, Stopwatch.GetTimestamp());
        _thread.Start();
    }

    /// <exception cref="RankFailedException">Another rank has failed.</exception>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure)
            throw new RankFailedException(failure);
    }

    /// <summary>
    /// Reports this rank's error to rank 0 and ends the job; does not return. Where another rank's is why, that one is reported.
    /// </summary>
    public void Fail(string message, int code)
    {
        if (_ranks.Rank == 0)
        {
            if (_failure is null)
                lock (_errors)
                    _errors.TryAdd(0, (message, code));
            _ownDone.Set();
        }
        else if (_failure is null)
            Tell(0, ErrorTag, $"{code}\n{message}");
        Thread.Sleep(Patience); // rank 0 ends the job long before
        lock (_mpi)
            _ = MpiLibrary.Abort(code);
    }

    /// <summary>Waits for the watch to end the job, which has failed.</summary>
    public void AwaitEnd() => Fail("", NoAnswerCode);

    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _end.Dispose();
    }

    private void Run()
    {
        long told = 0, round = Stopwatch.GetTimestamp();
        while (!_end.Wait(s_round))
        {
            // This process was stopped itself: it has heard nobody, and may not conclude anything from that.
            if (Stopwatch.GetElapsedTime(round) > s_saving)
                Array.Fill(_heard, Stopwatch.GetTimestamp());
            round = Stopwatch.GetTimestamp();
            if (told == 0 || Stopwatch.GetElapsedTime(told) >= s_heartbeat)
            {
                told = Stopwatch.GetTimestamp();
                foreach (int rank in _partners)
                    Tell(rank, AliveTag, Exchanges.ToString(CultureInfo.InvariantCulture));
            }
            Hear();
            ReportLongWait();
            if (Failed())
                End();
        }
    }

    private void Tell(int rank, int tag, string text)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        if (bytes.Length > MostTold)
            Array.Resize(ref bytes, MostTold);
        fixed (byte* first = bytes)
            lock (_mpi)
                _ = MpiLibrary.Tell(first, bytes.Length, rank, tag);
    }

    private void Hear()
    {
        byte* text = stackalloc byte[MostBytes];
        int* facts = stackalloc int[3];
        for (int found = 1; found != 0;)
        {
            lock (_mpi)
                if (MpiLibrary.Hear(text, MostBytes, facts, &found) != 0)
                    return;
            if (found == 0)
                return;
            _heard[facts[0]] = Stopwatch.GetTimestamp();
            string words = System.Text.Encoding.UTF8.GetString(text, facts[2]);
            if (facts[1] != ErrorTag)
            {
                _exchanges[facts[0]] = long.Parse(words, CultureInfo.InvariantCulture);
                continue;
            }
            string[] parts = words.Split('\n', 2);
            lock (_errors)
                _errors.TryAdd(facts[0], (parts[1], int.Parse(parts[0], CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>
    /// A rank that computes for long cannot be told from one that is stuck: the user reads for which one the others wait.
    /// </summary>
    private void ReportLongWait()
    {
        if (_ranks.Rank > 0)
            return;
        if (Exchanges != _seen || _waited == 0)
            (_seen, _waited) = (Exchanges, Stopwatch.GetTimestamp());
        if (Stopwatch.GetElapsedTime(_waited) < s_long)
            return;
        _waited = Stopwatch.GetTimestamp();
        int[] behind = [.. _partners.Where(r => _exchanges[r] < Exchanges)];
        if (behind.Length > 0)
            Output.WriteLine(
                $"for {s_long.TotalSeconds:0} s, the others have waited for "
                + string.Join(", ", behind.Select(r => $"rank {r} ({_ranks.Names[r]})")));
    }

    /// <summary>Whether the job has failed: by an error, or by silence.</summary>
    private bool Failed()
    {
        lock (_errors)
            if (_errors.Count > 0)
                return true;
        // Rank 0's silence is reported by the next one; the others leave it the time to.
        TimeSpan patience = _ranks.Rank > 1 ? Patience + s_saving : Patience;
        foreach (int rank in _partners)
            if (Stopwatch.GetElapsedTime(_heard[rank]) > patience)
            {
                lock (_errors)
                    _errors[rank] = (
                        $"error: it has not answered for {Patience.TotalSeconds:0} s: it is stopped, or its machine is gone", NoAnswerCode);
                return true;
            }
        return false;
    }

    private void End()
    {
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < s_gathering)
        {
            Hear();
            Thread.Sleep(s_round);
        }
        (int Rank, string Message, int Code)[] errors;
        lock (_errors)
            errors = [.. _errors.OrderBy(e => e.Key).Select(e => (e.Key, e.Value.Message, e.Value.Code))];
        _failure = $"rank {errors[0].Rank} has failed";
        // A file of each rank's own is named by a number: the first stands for all.
        foreach (IGrouping<string, (int Rank, string Message)> same in errors.GroupBy(
            e => Number().Replace(e.Message, "#"), e => (e.Rank, e.Message)))
        {
            // What all ranks have is no rank's own.
            string who = same.Count() == _ranks.Size ? ""
                : $"{string.Join(", ", same.Select(e => $"rank {e.Rank} ({_ranks.Names[e.Rank]})"))}: ";
            Output.WriteLine(who + same.First().Message);
        }
        Output.Flush();
        if (_ranks.Rank == 0)
            _ownDone.Wait(s_saving);
        if (_ranks.LastCheckpoint is { } checkpoint)
            Output.WriteLine(
                $"the last checkpoint is {checkpoint}: resume_from_checkpoint: true resumes from there, on any number of ranks");
        Output.Flush();
        lock (_mpi)
            _ = MpiLibrary.Abort(errors[0].Code);
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
