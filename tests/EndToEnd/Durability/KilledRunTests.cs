using System.Diagnostics;

namespace TraceFast.EndToEnd.Durability;

/// <summary>kill -9 at several instants of a run, each time followed by --resume: in the end all is as if nothing had stopped it.</summary>
public sealed class KilledRunTests(SmallTraining training) : IClassFixture<SmallTraining>
{
    private enum Instant
    {
        /// <summary>While a checkpoint is written aside.</summary>
        Writing,

        /// <summary>A random time after a new checkpoint stands: in a step, or in the writing of the next one.</summary>
        Stepping,

        /// <summary>A random time after the start: in set-up, in the reference pass, or later.</summary>
        Any,
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void A_run_killed_again_and_again_ends_as_if_it_had_not_been(int seed)
    {
        using TemporaryFolder folder = new();
        string output = folder["killed"];
        Random random = new(seed);
        int kills = 0;
        foreach (Instant instant in new[] { Instant.Any, Instant.Writing, Instant.Stepping, Instant.Writing, Instant.Any,
            Instant.Stepping })
            kills += Kill(output, resume: kills > 0, instant, random) ? 1 : 0;
        using Process last = SmallTraining.Start(output, resume: true);
        Assert.True(last.WaitForExit(SmallTraining.Patience));
        Assert.Equal(0, last.ExitCode);
        Assert.True(kills >= 4, $"the run was killed {kills} times only");
        training.AssertEqualsWhole(output);
        Assert.Empty(Directory.GetFileSystemEntries(output, "*.writing-*"));
        Assert.False(File.Exists(Path.Combine(output, ".lock")));
    }

    /// <summary>Starts or resumes the run and kills it; false where it ended before that.</summary>
    private static bool Kill(string output, bool resume, Instant instant, Random random)
    {
        int before = SmallTraining.NewestCheckpoint(output);
        using Process process = SmallTraining.Start(output, resume);
        TimeSpan pause = TimeSpan.FromMilliseconds(random.Next(instant == Instant.Any ? 1500 : 60));
        bool runs = instant switch
        {
            Instant.Writing =>
                SmallTraining.WaitUntil(
                    () => Directory.Exists(output) && Directory.EnumerateDirectories(output, "checkpoint-*.writing-*").Any(), process),
            Instant.Stepping =>
                SmallTraining.WaitUntil(() => SmallTraining.NewestCheckpoint(output) > before, process) && !process.WaitForExit(pause),
            _ => !process.WaitForExit(pause),
        };
        if (runs)
            process.Kill();
        Assert.True(process.WaitForExit(SmallTraining.Patience));
        return runs && process.ExitCode != 0;
    }
}
