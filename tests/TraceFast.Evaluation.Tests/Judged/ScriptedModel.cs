using System.Collections.Concurrent;
using TraceFast.Endpoint.Asking;
using TraceFast.Endpoint;

namespace TraceFast.Evaluation.Tests.Judged;

/// <summary>A model that says what a test wants.</summary>
internal sealed class ScriptedModel(Func<ChatRequest, string> says) : IChatEndpoint
{
    public ConcurrentQueue<ChatRequest> Asked { get; } = new();

    public Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancel = default)
    {
        Asked.Enqueue(request);
        return Task.FromResult(new ChatAnswer(says(request), "stop", default));
    }

    public StructuredChat Judge(string? prompts = null) => new(this, PromptLibrary.Load(Benches.JudgePrompts, prompts));
}
