using System.Diagnostics;
using TraceFast.EndToEnd.Durability;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Generation;
using TraceFast.Inference.Sessions;

namespace TraceFast.EndToEnd.Commands;

/// <summary>Decoding in a process of its own: the same rows, typed errors, and nothing that outlives its parent.</summary>
public sealed class DecodeWorkerTests(GeneratedModel model) : IClassFixture<GeneratedModel>
{
    private static readonly SessionSettings s_session = new() { Threads = 1, Spinning = false };
    private static readonly DecodeOptions s_options = new() { Batch = 6, Threads = 1 };

    [Theory]
    [InlineData(0)]
    [InlineData(0.9)]
    public void Rows_equal_those_of_this_process(double temperature)
    {
        using TextModel here = TextModel.Open(model.Folder, s_session);
        DecodeRequest[] requests = Requests(here, 300, 120, temperature);
        string[] expected = Rows(here, requests);
        using DecodingProcess process = new(Program());
        int? id = null;
        for (int evaluation = 0; evaluation < 2; evaluation++)
        {
            using ITextGenerator there = process.Open(model.Folder, s_session);
            Assert.Equal(here.ContextLength, there.ContextLength);
            Assert.Equal(here.StopIds.Order(), there.StopIds.Order());
            Assert.Equal(expected, Rows(there, requests));
            id ??= process.ProcessId;
            Assert.Equal(id, process.ProcessId);
        }
        process.Dispose();
        Assert.True(IsGone(id!.Value));
    }

    [Fact]
    public void A_killed_process_is_an_error_and_the_next_model_gets_a_new_one()
    {
        using DecodingProcess process = new(Program());
        using TextModel here = TextModel.Open(model.Folder, s_session);
        DecodeRequest[] requests = Requests(here, 300, 120, 0);
        int id;
        using (ITextGenerator there = process.Open(model.Folder, s_session))
        {
            id = process.ProcessId!.Value;
            using IEnumerator<DecodeResult> results = there.Generate(requests, s_options, Stop).GetEnumerator();
            Assert.True(results.MoveNext());
            Kill(id);
            DecodingProcessException e = Assert.Throws<DecodingProcessException>(() =>
            {
                while (results.MoveNext())
                {
                }
            });
            Assert.Contains($"({id}) failed: it was killed by signal 9", e.Message, StringComparison.Ordinal);
        }
        Assert.True(IsGone(id));
        using ITextGenerator again = process.Open(model.Folder, s_session);
        Assert.NotEqual(id, process.ProcessId);
        Assert.Equal(Rows(here, requests[..3]), Rows(again, requests[..3]));
        Kill(process.ProcessId!.Value); // between two requests: closing the model says nothing, the next request does
    }

    [Fact]
    public void What_it_wrote_before_it_ended_is_in_the_message()
    {
        using DecodingProcess process = new(new ProcessStartInfo("sh", ["-c", "read request; echo 'no memory left' >&2; exit 7"]));
        DecodingProcessException e = Assert.Throws<DecodingProcessException>(() => process.Open(model.Folder, s_session));
        Assert.Contains("ended with exit code 7", e.Message, StringComparison.Ordinal);
        Assert.Contains("no memory left", e.Message, StringComparison.Ordinal);
        using DecodingProcess talking = new(new ProcessStartInfo("sh", ["-c", "read request; echo hello; read request"]));
        e = Assert.Throws<DecodingProcessException>(() => talking.Open(model.Folder, s_session));
        Assert.Contains("cannot be read", e.Message, StringComparison.Ordinal);
        using DecodingProcess absent = new(new ProcessStartInfo("/no/such/program"));
        e = Assert.Throws<DecodingProcessException>(() => absent.Open(model.Folder, s_session));
        Assert.Contains("/no/such/program", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_of_input_keep_their_type_and_the_process()
    {
        using TemporaryFolder folder = new();
        using DecodingProcess process = new(Program());
        DecodeException e = Assert.Throws<DecodeException>(() => process.Open(folder["none"], s_session));
        Assert.Contains(folder["none"], e.Message, StringComparison.Ordinal);
        int id = process.ProcessId!.Value;
        using ITextGenerator there = process.Open(model.Folder, s_session);
        DecodeRequest empty = new([], 4) { Index = 3 };
        e = Assert.Throws<DecodeException>(() => Rows(there, [empty]));
        Assert.Contains("request 3", e.Message, StringComparison.Ordinal);
        Assert.Single(Rows(there, [new DecodeRequest([5], 4)]));
        SessionSettings cuda = s_session with { Device = InferenceDevice.Cuda };
        MissingProviderException missing = Assert.Throws<MissingProviderException>(() => process.Open(model.Folder, cuda));
        Assert.Contains("cuDNN 9", missing.Message, StringComparison.Ordinal);
        Assert.Equal(id, process.ProcessId);
    }

    [Fact]
    public void An_interrupt_ends_it_between_two_answers_or_before()
    {
        using DecodingProcess process = new(Program());
        using TextModel here = TextModel.Open(model.Folder, s_session);
        DecodeRequest[] requests = Requests(here, 300, 120, 0);
        using CancellationTokenSource interrupt = new();
        using (ITextGenerator there = process.Open(model.Folder, s_session))
        {
            int id = process.ProcessId!.Value;
            Assert.ThrowsAny<OperationCanceledException>(() =>
            {
                foreach (DecodeResult _ in there.Generate(requests, s_options, interrupt.Token))
                    interrupt.Cancel();
            });
            Assert.True(IsGone(id));
        }
        // Answers that nobody reads end it too, and the next model is not given them.
        using (ITextGenerator there = process.Open(model.Folder, s_session))
        {
            Assert.Single(there.Generate(requests, s_options, Stop).Take(1));
            DecodingProcessException e = Assert.Throws<DecodingProcessException>(() => Rows(there, requests));
            Assert.Contains("open the model again", e.Message, StringComparison.Ordinal);
        }
        using (ITextGenerator there = process.Open(model.Folder, s_session))
            Assert.Equal(Rows(here, requests[..3]), Rows(there, requests[..3]));
    }

    [Fact]
    public void A_training_keeps_libtorch_and_ONNX_Runtime_apart_and_leaves_no_process_when_it_is_killed()
    {
        using TemporaryFolder folder = new();
        using ConstraintData data = new();
        using Process training = CommandHarness.Start(Training(data, folder["out"], "max_steps=500", "eval_steps=1"));
        training.ErrorDataReceived += (_, _) => { };
        training.BeginErrorReadLine();
        int worker = 0;
        Assert.True(SmallTraining.WaitUntil(IsDecoding, training));
        Assert.DoesNotContain("libtorch", Maps(worker), StringComparison.Ordinal);
        Assert.Contains("libtorch_cpu.so", Maps(training.Id), StringComparison.Ordinal);
        Assert.DoesNotContain("libonnxruntime", Maps(training.Id), StringComparison.Ordinal);
        training.Kill();
        training.WaitForExit();
        long begun = Stopwatch.GetTimestamp();
        while (!IsGone(worker))
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(30), $"process {worker} has outlived its parent");
            Thread.Sleep(10);
        }

        bool IsDecoding()
        {
            worker = WorkerOf(training.Id);
            return worker > 0 && Maps(worker).Contains("libonnxruntime.so", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_training_whose_worker_is_killed_ends_with_an_error_and_resumes()
    {
        using TemporaryFolder folder = new();
        using ConstraintData data = new();
        string[] arguments = Training(data, folder["out"], "max_steps=4", "eval_steps=2", "save_strategy=steps", "save_steps=1");
        using (Process training = CommandHarness.Start(arguments))
        {
            Task<string> log = training.StandardError.ReadToEndAsync(Stop);
            int worker = 0;
            Assert.True(SmallTraining.WaitUntil(() => (worker = WorkerOf(training.Id)) > 0, training));
            Kill(worker);
            Assert.True(training.WaitForExit(SmallTraining.Patience));
            Assert.Equal(1, training.ExitCode);
            string written = await log;
            Assert.Contains($"the process that decodes ({worker}) failed: it was killed by signal 9", written, StringComparison.Ordinal);
            Assert.Contains("--resume", written, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", written, StringComparison.Ordinal);
        }
        CommandHarness.Run([.. arguments, "--resume"]).Succeeds();
        Assert.Equal(2, File.ReadLines(Path.Combine(folder["out"], "evaluations.jsonl")).Count());
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static ProcessStartInfo Program() => new("dotnet", [Path.Combine(AppContext.BaseDirectory, "tracefast.dll"), "decode-worker"]);

    private static string[] Training(ConstraintData data, string output, params string[] more) =>
    [
        "train", Path.Combine(DemoModel.Folder, "iopo.yaml"), $"model_name_or_path={DemoModel.Folder}", $"dataset={data.Train}",
        $"output_dir={output}", "max_samples=40", "val_size=12", "plot_loss=false", "threads=1",
        "eval_strategy=steps", "predict_with_generate=true", "decode_process=own", "max_new_tokens=200", .. more,
    ];

    /// <summary>Prompts that begin alike; some end at a text, and half the indices are not the places in the list.</summary>
    private static DecodeRequest[] Requests(TextModel text, int count, int newTokens, double temperature) =>
    [
        .. GeneratedModel.Prompts(count).TrimEnd().Split('\n').Select((line, i) => new DecodeRequest(text.Encode(line, false), newTokens)
        {
            Index = i + count / 2,
            Sampling = new() { Temperature = temperature, TopK = 40, TopP = 0.95, RepetitionPenalty = 1.1, Seed = ulong.MaxValue },
            StopIds = i % 2 == 0 ? text.StopIds : new HashSet<int>(),
            StopStrings = i % 3 == 0 ? ["\n\n", "é"] : [],
        }),
    ];

    private static string[] Rows(ITextGenerator model, DecodeRequest[] requests) =>
    [
        .. model.Generate(requests, s_options, Stop)
            .Select(r => FormattableString.Invariant($"{r.Request.Index} {r.FinishReason} {string.Join(',', r.Ids)} {r.Text}"))
            .Order(StringComparer.Ordinal),
    ];

    private static void Kill(int id)
    {
        using Process process = Process.GetProcessById(id);
        process.Kill();
    }

    private static string Maps(int id) => Read(id, "maps");

    /// <summary>The process that decodes for another; 0: it has not started.</summary>
    private static int WorkerOf(int parent)
    {
        foreach (Process process in Process.GetProcesses())
        {
            using (process)
            {
                bool own = Status(process.Id) is [_, _, string of, ..] && of == $"{parent}";
                if (own && Read(process.Id, "cmdline").Contains("decode-worker", StringComparison.Ordinal))
                    return process.Id;
            }
        }
        return 0;
    }

    /// <summary>No such process any more, or one that has ended and waits for whoever adopted it.</summary>
    private static bool IsGone(int id) => Status(id) is [_, "Z", ..] or not [_, _, ..];

    /// <summary>From /proc, what follows the name: nothing, the state, the parent.</summary>
    private static string[] Status(int id) => Read(id, "stat").Split(')')[^1].Split(' ');

    /// <summary>A file of /proc; empty: there is no such process.</summary>
    private static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
