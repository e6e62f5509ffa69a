using TraceFast.Data.Files;

namespace TraceFast.Data.Tests.Files;

public sealed class DurableFolderTests : IDisposable
{
    private sealed class Stopped : Exception;

    private readonly string _root = Directory.CreateTempSubdirectory("tracefast-durable-").FullName;

    private static void Fill(string folder, string text)
    {
        File.WriteAllText(Path.Combine(folder, "a"), text);
        Directory.CreateDirectory(Path.Combine(folder, "inner"));
        File.WriteAllText(Path.Combine(folder, "inner", "b"), text);
    }

    private static string Content(string folder) =>
        File.ReadAllText(Path.Combine(folder, "a")) + File.ReadAllText(Path.Combine(folder, "inner", "b"));

    [Fact]
    public void Stopped_at_any_step_a_folder_is_whole_or_absent_and_writing_again_succeeds()
    {
        for (int stopAt = 0; ; stopAt++)
        {
            string folder = Path.Combine(_root, $"checkpoint-{stopAt}");
            int step = 0;
            AtomicFolder stopping = new(_ =>
            {
                if (step++ == stopAt)
                    throw new Stopped();
            });
            bool stopped = false;
            try
            {
                stopping.Write(folder, f => Fill(f, "x"));
            }
            catch (Stopped)
            {
                stopped = true;
            }

            if (Directory.Exists(folder))
                Assert.Equal("xx", Content(folder));
            new AtomicFolder().Write(folder, f => Fill(f, "y"));
            Assert.Equal("yy", Content(folder));
            Assert.Equal([folder], Directory.GetDirectories(_root));
            Directory.Delete(folder, recursive: true);
            if (!stopped)
            {
                Assert.True(step >= 7, $"only {step} steps were seen");
                return;
            }
        }
    }

    [Fact]
    public void A_stop_while_deleting_leaves_the_folder_whole_or_gone()
    {
        for (int stopAt = 0; stopAt < 4; stopAt++)
        {
            string folder = Path.Combine(_root, "c");
            new AtomicFolder().Write(folder, f => Fill(f, "x"));
            int step = 0;
            try
            {
                new AtomicFolder(_ =>
                {
                    if (step++ == stopAt)
                        throw new Stopped();
                }).Delete(folder);
            }
            catch (Stopped)
            {
            }

            if (Directory.Exists(folder))
                Assert.Equal("xx", Content(folder));
            else
                Assert.NotEqual(0, stopAt);
        }
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
