import time, pytest, collections
from tests import cast as casting
from tests.confidential import walk
@pytest.mark.django_db
@pytest.mark.timeout(600)
def test_x():
    t=time.time(); c=casting.make(); print("made", time.time()-t, len(c.words))
    asks=list(walk.asked(c)); print(len(asks), "asks")
    w=walk.Walker(c, judge=False)
    seen=w.seen
    table=collections.defaultdict(lambda: collections.defaultdict(set))
    t=time.time()
    cost=collections.Counter()
    with walk.errors() as errs, walk.listening(c, seen):
        for name, p in c.players.items():
            walk.cache.clear()
            for a in asks:
                if a.method not in ("GET","POST"): continue
                t1=time.time()
                langs=("en","fr","ar") if a.method=="GET" and a.thing.startswith("own") else ("en",)
                for lang in langs[1:]: w.visit(p, walk.Ask(a.name,a.url,a.thing,a.method,a.sends,a.about,lang))
                ans=w.visit(p,a)
                cost[a.method+a.name]+=time.time()-t1
                if a.thing=="" or a.thing.startswith("own") or a.thing in("missing","beyond","used","fresh","of other"):
                    if a.thing=="missing" and "p/" in a.url: continue
                    table[a.method,a.name][p.place].add(ans.status)
    w.compare()
    print("took", time.time()-t, seen.requests, dict(seen.statuses), seen.lines)
    print(cost.most_common(15))
    import pickle
    pickle.dump({k:{q:sorted(s) for q,s in v.items()} for k,v in table.items()}, open("/tmp/table.pkl","wb"))
    print(len(seen.faults)); 
    kinds=collections.Counter(f.split(":")[0]+f.split(":")[1][:50] for f in seen.faults)
    for k,n in kinds.most_common(60): print(n,k)
    open("/tmp/faults.txt","w").write("\n".join(seen.faults))
    open("/tmp/errs.txt","w").write("\n\n".join(errs)); print(len(errs))
    miss=walk.not_found(c, seen, c.players); print(len(miss)); print(collections.Counter(miss).most_common(30))
    casting.wipe()
